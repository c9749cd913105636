/// Cards drawn from a seed.
enum RandomCard {
    static let fields = [
        "statement.days_past_due.latest", "statement.limit.latest", "statement.balance.latest",
        "repayment.paid.max.90d",
    ]

    static func text(_ random: inout SeededRandom) -> String {
        var text = CardText()
        text.fields = fields
        text.extensions = ["<Extension name=\"plainscore.currency\" value=\"EUR\"/>"]
        for code in 1...4 {
            text.extensions.append("<Extension name=\"plainscore.reason.R\(code)\" value=\"reason\"/>")
        }
        let algorithm = random.isTrue(oneIn: 2) ? "pointsAbove" : "pointsBelow"
        text.header =
            #"modelName="random" functionName="regression" initialScore="\#(Int.random(in: -50...50, using: &random))" "#
            + #"reasonCodeAlgorithm="\#(algorithm)" baselineScore="\#(Int.random(in: -3...3, using: &random))""#
        text.characteristics = (0..<Int.random(in: 1...6, using: &random)).flatMap { characteristic($0, &random) }
        return text.text
    }

    private static func characteristic(_ number: Int, _ random: inout SeededRandom) -> [String] {
        let fields = fields.shuffled(using: &random).prefix(random.isTrue(oneIn: 3) ? 2 : 1)
        let baseline = random.isTrue(oneIn: 2) ? " baselineScore=\"\(Int.random(in: -9...9, using: &random))\"" : ""
        var lines = ["<Characteristic name=\"c\(number)\" reasonCode=\"\(code(&random))\"\(baseline)>"]
        // One test at least: a characteristic weighs a feature.
        lines.append(attribute(test(fields[fields.startIndex], &random), &random))
        for _ in 0..<Int.random(in: 1...5, using: &random) {
            lines.append(attribute(predicate(fields, depth: 3, &random), &random))
        }
        if !random.isTrue(oneIn: 3) { lines.append(attribute("<True/>", &random)) }
        return lines + ["</Characteristic>"]
    }

    private static func attribute(_ predicate: String, _ random: inout SeededRandom) -> String {
        let code = random.isTrue(oneIn: 3) ? " reasonCode=\"\(code(&random))\"" : ""
        return "<Attribute partialScore=\"\(Int.random(in: -9...9, using: &random))\"\(code)>\(predicate)</Attribute>"
    }

    private static func code(_ random: inout SeededRandom) -> String { "R\(Int.random(in: 1...4, using: &random))" }

    private static func predicate(_ fields: ArraySlice<String>, depth: Int, _ random: inout SeededRandom) -> String {
        if random.isTrue(oneIn: 12) { return random.isTrue(oneIn: 2) ? "<True/>" : "<False/>" }
        guard depth > 0, !random.isTrue(oneIn: 2) else { return test(fields.randomElement(using: &random)!, &random) }
        let name = ["and", "or", "xor", "surrogate"].randomElement(using: &random)!
        let parts = (0..<Int.random(in: 2...3, using: &random)).map { _ in
            predicate(fields, depth: depth - 1, &random)
        }
        return "<CompoundPredicate booleanOperator=\"\(name)\">\(parts.joined())</CompoundPredicate>"
    }

    private static func test(_ field: String, _ random: inout SeededRandom) -> String {
        let operations = [
            "equal", "notEqual", "lessThan", "lessOrEqual", "greaterThan", "greaterOrEqual", "isMissing",
            "isNotMissing", "isIn", "isNotIn",
        ]
        let operation = operations.randomElement(using: &random)!
        switch operation {
        case "isMissing", "isNotMissing":
            return "<SimplePredicate field=\"\(field)\" operator=\"\(operation)\"/>"
        case "isIn", "isNotIn":
            let items = (1...3).map { _ in number(&random) }.joined(separator: " ")
            return "<SimpleSetPredicate field=\"\(field)\" booleanOperator=\"\(operation)\">"
                + "<Array n=\"3\" type=\"real\">\(items)</Array></SimpleSetPredicate>"
        default:
            return "<SimplePredicate field=\"\(field)\" operator=\"\(operation)\" value=\"\(number(&random))\"/>"
        }
    }

    private static func number(_ random: inout SeededRandom) -> String {
        let whole = Int.random(in: -3...12, using: &random)
        return random.isTrue(oneIn: 3) ? "\(whole).5" : "\(whole)"
    }
}
