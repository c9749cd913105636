import Events

/// One client of the UCI credit card data (Samples/README.md), in calendar order: index 0 is April 2005, 5 September.
struct SampleClient {
    static let monthCount = 6

    var id = 0
    /// Whole New Taiwan dollars.
    var limit: Int64 = 0
    /// Months of delay where positive.
    var status = [Int64](repeating: 0, count: monthCount)
    /// May be negative: a credit balance.
    var balance = [Int64](repeating: 0, count: monthCount)
    var paid = [Int64](repeating: 0, count: monthCount)
}

extension SampleClient {
    /// The first `most` clients of a CSV file with the columns of the original, which may lack the ones not read here.
    /// - Throws: `FileError` naming the line.
    static func read(path: String, most: Int) throws -> [SampleClient] {
        var reader = try LineReader(path: path)
        var columns: Columns?
        var clients: [SampleClient] = []
        var fields: [Substring] = []
        while clients.count < most {
            let number = reader.lineNumber + 1
            let hasMore = try reader.next { line in
                let text = unsafe line.withUnsafeBytes { unsafe String(decoding: $0, as: UTF8.self) }
                if text.isEmpty { return }
                fields = text.split(separator: ",", omittingEmptySubsequences: false)
                if let columns {
                    guard let client = SampleClient(fields, columns) else {
                        throw FileError(message: "\(path):\(number): not a client of \(columns.count) whole numbers")
                    }
                    clients.append(client)
                } else {
                    columns = try Columns(header: fields, path: path)
                }
            }
            if !hasMore { break }
        }
        return clients
    }

    private init?(_ fields: [Substring], _ columns: Columns) {
        guard fields.count == columns.count, let id = wholeNumber(fields[columns.id]),
            let limit = wholeNumber(fields[columns.limit]), (1...99_999).contains(id), limit > 0
        else { return nil }
        self.init()
        self.id = Int(id)
        self.limit = limit
        for month in 0..<Self.monthCount {
            guard let status = wholeNumber(fields[columns.status[month]]),
                let balance = wholeNumber(fields[columns.balance[month]]),
                let paid = wholeNumber(fields[columns.paid[month]])
            else { return nil }
            self.status[month] = status
            self.balance[month] = balance
            self.paid[month] = paid
        }
    }
}

/// Where the columns are, those of the months in calendar order.
private struct Columns {
    let count: Int
    let id: Int
    let limit: Int
    let status: [Int]
    let balance: [Int]
    let paid: [Int]

    /// The file's columns run backwards: number 1 (0 for the status) is September, number 6 April.
    init(header: [Substring], path: String) throws(FileError) {
        var positions: [String: Int] = [:]
        for (index, name) in header.enumerated() { positions[name.filter { $0 != "\"" }] = index }
        func position(_ name: String) throws(FileError) -> Int {
            guard let position = positions[name] else { throw FileError(message: "\(path): no column \(name)") }
            return position
        }
        func months(_ names: [String]) throws(FileError) -> [Int] {
            var found: [Int] = []
            for name in names { found.append(try position(name)) }
            return found
        }
        count = header.count
        id = try position("ID")
        limit = try position("LIMIT_BAL")
        status = try months(["PAY_6", "PAY_5", "PAY_4", "PAY_3", "PAY_2", "PAY_0"])
        balance = try months((1...6).reversed().map { "BILL_AMT\($0)" })
        paid = try months((1...6).reversed().map { "PAY_AMT\($0)" })
    }
}

/// A whole number of at most 15 digits, also written as in `5e+05`.
private func wholeNumber(_ text: Substring) -> Int64? {
    if let number = Int64(text) { return number }
    guard let number = Double(text), number.magnitude < 1e15, number == number.rounded() else { return nil }
    return Int64(number)
}
