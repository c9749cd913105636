import Events

/// The file that `plainscore export` takes: persons and times.
struct ExportTimes {
    struct Row {
        let person: Identifier
        /// ms UTC.
        let time: Int64
        /// As the file has it.
        let timeText: String
    }

    private(set) var rows: [Row] = []

    /// - Throws: `FileError` naming the line.
    init(path: String) throws {
        var reader = try LineReader(path: path)
        var columns: (person: Int, time: Int)?
        while true {
            let place = "\(path):\(reader.lineNumber + 1)"
            let hasMore = try reader.next { line in
                let cells = unsafe line.withUnsafeBytes { unsafe String(decoding: $0, as: UTF8.self) }
                    .split(separator: ",", omittingEmptySubsequences: false).map(Self.unquoted)
                if cells == [""] { return }
                guard let columns else {
                    guard let person = cells.firstIndex(of: "person"), let time = cells.firstIndex(of: "time") else {
                        throw FileError(message: "\(place): the first line names the columns: person,time")
                    }
                    columns = (person, time)
                    return
                }
                rows.append(try Self.row(cells, columns, place))
            }
            if !hasMore { break }
        }
        guard columns != nil else { throw FileError(message: "\(path) is empty: its first line is person,time") }
    }

    private static func row(_ cells: [String], _ columns: (person: Int, time: Int), _ place: String) throws -> Row {
        guard cells.count > max(columns.person, columns.time) else {
            throw FileError(message: "\(place): \(cells.count) columns, fewer than the first line names")
        }
        guard let person = Identifier(cells[columns.person]) else {
            throw FileError(message: "\(place): person is 1 to 64 of A-Z a-z 0-9 . _ : -")
        }
        let text = cells[columns.time]
        guard let time = milliseconds(text) else {
            throw FileError(
                message: "\(place): time is such as 2005-07-01, 2005-07-01T12:00:00Z, or ms since 1970")
        }
        return Row(person: person, time: time, timeText: text)
    }

    private static func unquoted(_ cell: Substring) -> String {
        cell.count >= 2 && cell.hasPrefix("\"") && cell.hasSuffix("\"")
            ? String(cell.dropFirst().dropLast()) : String(cell)
    }
}
