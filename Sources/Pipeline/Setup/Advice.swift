/// What an operator is told of something that is not as it must be. The same rows make the messages and the tables in
/// deploy/OPERATING.md; what differs from case to case stands in braces.
public struct Advice: Equatable, Sendable {
    public var what: String
    public var lost: String
    /// Commands in their order, or what to do where there is no command. None of them destroys anything that is not lost already.
    public var mends: [String]
    /// What is given up by that.
    public var givesUp: String

    init(_ what: String, lost: String, mends: [String], givesUp: String) {
        self.what = what
        self.lost = lost
        self.mends = mends
        self.givesUp = givesUp
    }

    /// With a text for each of the words in braces.
    func filled(_ values: [String: String]) -> Advice {
        func filled(_ text: String) -> String {
            values.reduce(text) { $0.replacing("{\($1.key)}", with: $1.value) }
        }
        return Advice(filled(what), lost: filled(lost), mends: mends.map(filled), givesUp: filled(givesUp))
    }

    /// A row of a table in Markdown, with the words in braces in capitals.
    public func row(beginning: [String] = []) -> String {
        let advice = filled(["prefix": "", "model": " [--model FILE]", "held": TopicFinding.held])
        let mends = advice.mends.map { isCommand($0) ? "`\($0)`" : $0 }.joined(separator: "; then ")
        let cells = beginning + [advice.what, advice.lost, mends, advice.givesUp]
        return "| " + cells.map { inCapitals($0).replacing("|", with: "\\|") }.joined(separator: " | ") + " |"
    }
}

private func isCommand(_ mend: String) -> Bool {
    ["plainscore ", "kafka-", "echo "].contains { mend.hasPrefix($0) }
}

/// `{topic}` as `TOPIC`.
private func inCapitals(_ text: String) -> String {
    text.split(separator: "{", omittingEmptySubsequences: false).enumerated().map { index, part in
        guard index > 0, let end = part.firstIndex(of: "}") else { return String(part) }
        return part[..<end].uppercased() + part[part.index(after: end)...]
    }.joined()
}
