import Pipeline
import Wire

extension RecordDifference {
    /// Three lines for an operator: where and what, what is there, what must be.
    var text: [String] {
        let number = sequence.map { " result \($0)" } ?? ""
        return [
            "\(place)\(number) \(kind.rawValue): \(what)\(byte.map { "; \($0.text)" } ?? "")",
            "    found:    \(found ?? "nothing")",
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
        json.key("byte")
        guard let byte else { return json.null() }
        json.beginObject()
        json.member("part", byte.part.rawValue)
        json.member("index", byte.index)
        json.member("found", optional: byte.found)
        json.member("expected", optional: byte.expected)
        json.endObject()
    }
}

extension DifferingByte {
    fileprivate var text: String {
        func hexadecimal(_ byte: UInt8?) -> String {
            byte.map { ($0 < 16 ? "0x0" : "0x") + String($0, radix: 16) } ?? "past the end"
        }
        return "byte \(index) of the \(part.rawValue) is \(hexadecimal(found)), not \(hexadecimal(expected))"
    }
}
