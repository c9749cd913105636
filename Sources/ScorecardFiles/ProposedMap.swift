/// The map of an adaptation as a file to fill in: `CardMap` reads it.
public struct ProposedMap {
    var currency = ""
    /// Name, feature (empty where none is named), and features near by name.
    var fields: [(name: String, feature: String, near: [String])] = []
    var codes: [(characteristic: String, code: String)] = []
    var texts: [(code: String, text: String)] = []
    var baselines: [(characteristic: String, points: String)] = []

    public var text: String {
        var lines = [
            "# Fill in what is empty, and change what is proposed.", "currency = \(Self.quoted(currency))",
        ]
        func add(_ section: String, _ rows: [(String, String)]) {
            if !rows.isEmpty { lines += ["", "[\(section)]"] + rows.map { "\(Self.quoted($0.0)) = \($0.1)" } }
        }
        if !fields.isEmpty { lines += ["", "[fields]"] }
        for field in fields {
            if !field.near.isEmpty { lines.append("# near by name: \(field.near.joined(separator: ", "))") }
            lines.append("\(Self.quoted(field.name)) = \(Self.quoted(field.feature))")
        }
        add("codes", codes.map { ($0.characteristic, Self.quoted($0.code)) })
        add("texts", texts.map { ($0.code, Self.quoted($0.text)) })
        add("baselines", baselines.map { ($0.characteristic, $0.points) })
        return lines.joined(separator: "\n")
    }

    private static func quoted(_ text: String) -> String {
        "\"\(text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\t", with: "\\t"))\""
    }
}
