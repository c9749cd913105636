import Pipeline
import Wire

extension RecordDifference {
    /// Three lines for an operator: where and what, what is there, what must be.
    var text: [String] {
        let number = sequence.map { " result \($0)" } ?? ""
        return [
            "\(place)\(number) \(kind.rawValue): \(what)", "    found:    \(found ?? "nothing")",
            "    expected: \(expected ?? "nothing")",
        ]
    }

    /// Members of one object.
    func write(into json: inout JSONText) {
        json.member("kind", kind.rawValue)
        json.member("topic", topic)
        json.member("partition", partition)
        json.member("offset", optional: offset)
        json.member("sequence", optional: sequence)
        json.member("rawRecord", optional: source?.description)
        json.member("what", what)
        json.member("found", optional: found)
        json.member("expected", optional: expected)
    }
}
