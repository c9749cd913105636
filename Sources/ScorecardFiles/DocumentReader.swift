import Scoring

extension ScorecardDocument {
    /// Reads a file of at most `ScorecardFile.sizeMax` bytes. Complexity: linear in the bytes. Errors name the place.
    public init(_ bytes: [UInt8]) throws(ScorecardFileError) {
        let faults = Faults()
        let document = Self.read(bytes, faults)
        if let error = faults.errors.min(by: { $0.place < $1.place }) { throw error }
        self = document!
    }

    /// Notes all that is wrong. The document is what could be read, nil where nothing could.
    static func read(_ bytes: [UInt8], _ faults: Faults) -> ScorecardDocument? {
        faults.attempt { () throws(ScorecardFileError) in try tree(bytes) }.flatMap { read($0, faults) }
    }

    static func tree(_ bytes: [UInt8]) throws(ScorecardFileError) -> XMLTree {
        guard bytes.count <= ScorecardFile.sizeMax else {
            throw ScorecardFileError(
                Place(line: 1, column: 1), "the file is larger than \(ScorecardFile.sizeMax) bytes")
        }
        return try XMLTree.parse(bytes)
    }

    static func read(_ root: XMLTree, _ faults: Faults) -> ScorecardDocument? {
        Vocabulary.check(root, faults)
        guard root.name == "PMML" else { return nil }
        if root["version"]?.hasPrefix("4.") != true {
            faults.note(root.error("version must be 4.x, not '\(root["version"] ?? "")'"))
        }
        return faults.attempt { () throws(ScorecardFileError) in try root.only("Scorecard") }
            .map { ScorecardDocument(root, $0, faults) }
    }

    private init(_ root: XMLTree, _ card: XMLTree, _ faults: Faults) {
        func check(_ isFine: Bool, _ problem: String) { if !isFine { faults.note(card.error(problem)) } }
        let isScorable = faults.attempt { () throws(ScorecardFileError) in
            try card.boolean("isScorable", default: true)
        }
        let usesReasonCodes = faults.attempt { () throws(ScorecardFileError) in
            try card.boolean("useReasonCodes", default: true)
        }
        let algorithm = Scorecard.ReasonCodeAlgorithm(rawValue: card["reasonCodeAlgorithm"] ?? "pointsBelow")
        let method = card["baselineMethod"] ?? "other"
        check(card["functionName"] == "regression", "functionName must be regression")
        check(isScorable ?? true, "isScorable is false: the model says that it is not to be used")
        check(algorithm != nil, "reasonCodeAlgorithm is pointsBelow or pointsAbove")
        check(
            ["max", "min", "mean", "neutral", "other"].contains(method),
            "baselineMethod is max, min, mean, neutral or other, not '\(method)'")
        let fields = FieldReader(root, card, faults).fields
        let number = { (name: String) in
            faults.attempt { () throws(ScorecardFileError) in try card.number(name) } ?? nil
        }
        let reader = CharacteristicReader(fields: fields, baseline: number("baselineScore"), faults: faults)
        let list = faults.attempt { () throws(ScorecardFileError) in try card.only("Characteristics") }
        let elements = list?.children("Characteristic") ?? []
        check(list == nil || !elements.isEmpty, "a card has at least one Characteristic")
        name = card["modelName"] ?? ""
        version = root.child("Header")?["modelVersion"] ?? ""
        self.fields = fields
        initialScore = number("initialScore") ?? ExactNumber("0")!
        self.usesReasonCodes = usesReasonCodes ?? true
        reasonCodeAlgorithm = algorithm ?? .pointsBelow
        statesBaselineMethod = card["baselineMethod"] != nil
        baselineMethod = method
        characteristics = elements.map { reader.read($0) }
        extensions = ModelExtensions(card, faults)
        place = card.place
    }
}

private struct CharacteristicReader {
    let fields: [DocumentField]
    let baseline: ExactNumber?
    let faults: Faults

    func read(_ element: XMLTree) -> DocumentCharacteristic {
        let noted = faults.errors.count
        let found = element.children("Attribute")
        if found.isEmpty { faults.note(element.error("a Characteristic has at least one Attribute")) }
        let attributes = found.compactMap { child in
            child.isRefused ? nil : faults.attempt { () throws(ScorecardFileError) in try attribute(child) }
        }
        let own = faults.attempt { () throws(ScorecardFileError) in try element.number("baselineScore") } ?? nil
        let isAnyOrder = faults.attempt { () throws(ScorecardFileError) in try ModelExtensions.isAnyOrder(element) }
        return DocumentCharacteristic(
            name: element["name"], reasonCode: element["reasonCode"], baselineScore: own ?? baseline,
            attributes: attributes, isAnyOrder: isAnyOrder ?? false, place: element.place,
            isWhole: !element.isRefused && faults.errors.count == noted)
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
