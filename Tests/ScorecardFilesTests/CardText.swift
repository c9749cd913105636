import Foundation

/// A small card as text, for tests to change: each part is a line or more of its own.
struct CardText {
    var fields = ["statement.days_past_due.latest"]
    var header = #"modelName="small" functionName="regression" initialScore="500" baselineMethod="max""#
    var extensions = [
        #"<Extension name="plainscore.currency" value="EUR"/>"#,
        #"<Extension name="plainscore.reason.R1" value="Days past due"/>"#,
    ]
    var characteristics = [
        #"<Characteristic name="due" reasonCode="R1" baselineScore="10">"#,
        CardText.attribute(10, "lessThan", "30"),
        CardText.attribute(-5, "greaterOrEqual", "30"),
        CardText.attribute(0, "isMissing", nil),
        "</Characteristic>",
    ]

    static func attribute(
        _ points: Int, _ operation: String, _ value: String?, field: String = "statement.days_past_due.latest"
    ) -> String {
        let value = value.map { " value=\"\($0)\"" } ?? ""
        return """
            <Attribute partialScore="\(points)"><SimplePredicate field="\(escaped(field))" operator="\(operation)"\(value)/></Attribute>
            """
    }

    var text: String {
        let declared = fields.map {
            "<DataField name=\"\(Self.escaped($0))\" optype=\"continuous\" dataType=\"integer\"/>"
        }
        let mined = fields.map { "<MiningField name=\"\(Self.escaped($0))\"/>" }
        let lines =
            [
                #"<?xml version="1.0" encoding="UTF-8"?>"#,
                #"<PMML xmlns="http://www.dmg.org/PMML-4_4" version="4.4">"#,
                #"<Header modelVersion="7"/>"#, "<DataDictionary>",
            ] + declared + ["</DataDictionary>", "<Scorecard \(header)>"] + extensions + ["<MiningSchema>"] + mined
            + ["</MiningSchema>", "<Characteristics>"] + characteristics
            + ["</Characteristics>", "</Scorecard>", "</PMML>"]
        return lines.joined(separator: "\n")
    }

    var bytes: [UInt8] { Array(text.utf8) }

    /// The text with `old` replaced by `new` where it first stands, and the line of that place.
    func replacing(_ old: String, _ new: String) -> (text: String, line: Int)? {
        guard let place = text.range(of: old) else { return nil }
        let line = text[..<place.lowerBound].count { $0 == "\n" } + 1
        return (text.replacingCharacters(in: place, with: new), line)
    }

    private static func escaped(_ text: String) -> String {
        text.replacingOccurrences(of: "<", with: "&lt;").replacingOccurrences(of: ">", with: "&gt;")
    }
}

/// The same numbers for the same seed, on every machine.
struct SeededRandom: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 1 }

    mutating func next() -> UInt64 {
        state = state &+ 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    mutating func isTrue(oneIn count: Int) -> Bool { Int.random(in: 0..<count, using: &self) == 0 }
}
