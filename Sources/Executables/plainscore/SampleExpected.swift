/// What the scores and reasons of one client of the sample must be (Samples/README.md).
struct SampleExpected {
    let id: Int
    /// After April … September 2005.
    let scores: [Int]
    /// Codes after September, by the baseline that they are measured against.
    let reasons: [String: [String]]

    /// The shipped file, in the order of the shipped extract.
    /// - Throws: `FileError` naming the line.
    static func read() throws -> [SampleExpected] {
        let path = try SampleFile.expected.path()
        var reader = try LineReader(path: path)
        var names: [Substring] = []
        var clients: [SampleExpected] = []
        while true {
            let number = reader.lineNumber + 1
            let hasMore = try reader.next { line in
                let text = unsafe line.withUnsafeBytes { unsafe String(decoding: $0, as: UTF8.self) }
                let fields = text.split(separator: ",", omittingEmptySubsequences: false)
                if names.isEmpty {
                    names = fields
                } else if fields.count == names.count,
                    let client = SampleExpected(Dictionary(uniqueKeysWithValues: zip(names, fields)))
                {
                    clients.append(client)
                } else {
                    throw FileError(message: "\(path):\(number): not a client's scores and reasons")
                }
            }
            if !hasMore { return clients }
        }
    }

    private init?(_ row: [Substring: Substring]) {
        func codes(_ column: Substring) -> [String] { (row[column] ?? "").split(separator: "|").map(String.init) }
        guard let id = row["ID"].flatMap({ Int($0) }) else { return nil }
        self.id = id
        scores = (1...SampleClient.monthCount).compactMap { row["score_m\($0)"].flatMap { Int($0) } }
        reasons = ["max": codes("reasons_max_m6"), "mean": codes("reasons_mean_m6")]
        if scores.count != SampleClient.monthCount { return nil }
    }
}
