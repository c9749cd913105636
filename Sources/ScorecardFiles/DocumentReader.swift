import Scoring

extension ScorecardDocument {
    /// Reads a file of at most `ScorecardFile.sizeMax` bytes. Complexity: linear in the bytes. Errors name the place.
    public init(_ bytes: [UInt8]) throws(ScorecardFileError) {
        guard bytes.count <= ScorecardFile.sizeMax else {
            throw ScorecardFileError(
                Place(line: 1, column: 1), "the file is larger than \(ScorecardFile.sizeMax) bytes")
        }
        let root = try XMLTree.parse(bytes)
        try Vocabulary.check(root)
        guard let version = root["version"], version.hasPrefix("4.") else {
            throw root.error("version must be 4.x, not '\(root["version"] ?? "")'")
        }
        try self.init(root, try root.only("Scorecard"))
    }

    private init(_ root: XMLTree, _ card: XMLTree) throws(ScorecardFileError) {
        guard card["functionName"] == "regression" else { throw card.error("functionName must be regression") }
        guard try card.boolean("isScorable", default: true) else {
            throw card.error("isScorable is false: the model says that it is not to be used")
        }
        guard let algorithm = Scorecard.ReasonCodeAlgorithm(rawValue: card["reasonCodeAlgorithm"] ?? "pointsBelow")
        else { throw card.error("reasonCodeAlgorithm is pointsBelow or pointsAbove") }
        let method = card["baselineMethod"] ?? "other"
        guard ["max", "min", "mean", "neutral", "other"].contains(method) else {
            throw card.error("baselineMethod is max, min, mean, neutral or other, not '\(method)'")
        }
        let fields = try Self.fields(root, card)
        let baseline = try card.number("baselineScore")
        var characteristics: [DocumentCharacteristic] = []
        for element in try card.only("Characteristics").children {
            characteristics.append(try CharacteristicReader(fields: fields, baseline: baseline).read(element))
        }
        guard !characteristics.isEmpty else { throw card.error("a card has at least one Characteristic") }
        name = card["modelName"] ?? ""
        self.version = root.child("Header")?["modelVersion"] ?? ""
        self.fields = fields
        initialScore = try card.number("initialScore") ?? ExactNumber("0")!
        usesReasonCodes = try card.boolean("useReasonCodes", default: true)
        reasonCodeAlgorithm = algorithm
        baselineMethod = method
        self.characteristics = characteristics
        extensions = try ModelExtensions(card)
        place = card.place
    }

    /// The declared fields that predicates may name; the target, which none may, is left out.
    private static func fields(_ root: XMLTree, _ card: XMLTree) throws(ScorecardFileError) -> [DocumentField] {
        var usage: [String: String] = [:]
        for element in try card.only("MiningSchema").children {
            let type = element["usageType"] ?? "active"
            guard ["active", "target", "predicted"].contains(type) else {
                throw element.error("usageType '\(type)' is not supported: active, or target")
            }
            let name = try element.required("name")
            guard usage.updateValue(type, forKey: name) == nil else {
                throw element.error("'\(name)' stands here twice")
            }
        }
        var fields: [DocumentField] = []
        var names: Set<String> = []
        for element in try root.only("DataDictionary").children {
            let name = try element.required("name")
            guard names.insert(name).inserted else { throw element.error("field '\(name)' is declared twice") }
            let type = element["dataType"] ?? ""
            guard ["string", "integer", "float", "double"].contains(type) else {
                throw element.error("dataType is string, integer, float or double, not '\(type)'")
            }
            guard let usage = usage[name] else {
                throw element.error("field '\(name)' is not in the MiningSchema: add it there, or take it out here")
            }
            if usage == "active" {
                fields.append(DocumentField(name: name, isText: type == "string", place: element.place))
            }
        }
        for element in try card.only("MiningSchema").children where !names.contains(element["name"] ?? "") {
            throw element.error("'\(element["name"] ?? "")' is no field of the DataDictionary")
        }
        return fields
    }
}

private struct CharacteristicReader {
    let fields: [DocumentField]
    let baseline: ExactNumber?

    func read(_ element: XMLTree) throws(ScorecardFileError) -> DocumentCharacteristic {
        var attributes: [DocumentAttribute] = []
        for child in element.children("Attribute") { attributes.append(try attribute(child)) }
        guard !attributes.isEmpty else { throw element.error("a Characteristic has at least one Attribute") }
        return DocumentCharacteristic(
            name: element["name"], reasonCode: element["reasonCode"],
            baselineScore: try element.number("baselineScore") ?? baseline, attributes: attributes,
            isAnyOrder: try ModelExtensions.isAnyOrder(element), place: element.place)
    }

    private func attribute(_ element: XMLTree) throws(ScorecardFileError) -> DocumentAttribute {
        let predicates = element.children.filter { Vocabulary.predicates.contains($0.name) }
        guard predicates.count == 1 else { throw element.error("an Attribute has exactly one predicate") }
        return DocumentAttribute(
            predicate: try PredicateReader(fields: fields).read(predicates[0]), points: try points(element),
            reasonCode: element["reasonCode"], place: element.place)
    }

    /// ComplexPartialScore goes before partialScore.
    private func points(_ element: XMLTree) throws(ScorecardFileError) -> DocumentAttribute.Points {
        if element.child("ComplexPartialScore") != nil {
            let complex = try element.only("ComplexPartialScore")
            guard complex.children.count == 1 else { throw complex.error("one expression is wanted here") }
            return .computed(try expression(complex.children[0]))
        }
        guard let number = try element.number("partialScore") else {
            throw element.error("an Attribute needs partialScore")
        }
        return .constant(number)
    }

    private func expression(_ element: XMLTree) throws(ScorecardFileError) -> Expression {
        switch element.name {
        case "Constant":
            guard let number = ExactNumber(element.text) else { throw element.error("'\(element.text)' is no number") }
            return .constant(number.double)
        case "FieldRef":
            let name = try element.required("field")
            guard fields.contains(where: { $0.name == name && !$0.isText }) else {
                throw element.error("'\(name)' is no numeric field of the DataDictionary")
            }
            return .field(name)
        default:
            guard let function = Expression.Function(rawValue: try element.required("function")),
                element.children.count == 2
            else { throw element.error("a function is + - * or /, of two expressions") }
            return .apply(function, try expression(element.children[0]), try expression(element.children[1]))
        }
    }
}
