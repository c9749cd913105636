import Foundation

/// The Python programs of `Tests/SchemaChecks`, run by `PythonTools`.
public enum SchemaChecks {
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("../..").standardizedFileURL
    public static let schemas = root.appendingPathComponent("schemas").path

    /// A Kafka record of one of `schemas/asyncapi.yaml`'s channels.
    public struct Record: Sendable {
        let channel: String
        let key: String?
        public let headers: [String: String]?
        /// JSON.
        public let payload: String

        public init(channel: String, key: String? = nil, headers: [String: String]? = nil, payload: String) {
            self.channel = channel
            self.key = key
            self.headers = headers
            self.payload = payload
        }
    }

    /// What it printed; throws where it does not end with 0.
    public static func run(_ program: String, _ arguments: [String]) throws -> String {
        guard let python = PythonTools.shared else { throw Shell.Failure(description: PythonTools.missing) }
        let script = root.appendingPathComponent("Tests/SchemaChecks/\(program)").path
        return try Shell.expect([python.path, script] + arguments, environment: ["PYTHONPATH": python.classes])
    }

    /// `ok`, or what is wrong with it, of each record.
    public static func validate(_ records: [Record]) throws -> [String] {
        var lines = ""
        for record in records {
            var members = [#""channel":\#(try json(record.channel))"#, #""payload":\#(record.payload)"#]
            if let key = record.key { members.append(#""key":\#(try json(key))"#) }
            if let headers = record.headers { members.append(#""headers":\#(try json(headers))"#) }
            lines += "{" + members.joined(separator: ",") + "}\n"
        }
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("records-\(UUID().uuidString).ndjson")
        defer { try? FileManager.default.removeItem(at: file) }
        try lines.write(to: file, atomically: false, encoding: .utf8)
        let said = try run("asyncapi.py", ["validate", schemas, file.path]).split(separator: "\n").map(String.init)
        guard said.count == records.count else {
            throw Shell.Failure(description: "\(said.count) answers to \(records.count) records")
        }
        return said
    }

    private static func json(_ value: some Encodable) throws -> String {
        String(decoding: try JSONEncoder().encode(value), as: UTF8.self)
    }
}
