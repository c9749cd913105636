import Checksums
import Events
import Scoring

/// Reads a PMML 4.4 `Scorecard` (dmg.org/pmml/v4-4/Scorecard.html) over catalogue features into a card that runs.
///
/// Data fields carry the features' names. What PMML has no place for stands in extensions of the `Scorecard` element:
/// `<Extension name="plainscore.currency" value="TWD"/>` and `<Extension name="plainscore.reason.U01" value="text"/>`;
/// the version is the header's `modelVersion`. Header, Output, MiningSchema and the target are read past; anything else
/// that is not understood is refused by name and line, never ignored: a card says all that a score depends on.
public enum ScorecardFile {
    /// Bytes of a file at most.
    public static let sizeMax = 1 << 20

    /// Complexity: linear in the bytes. Errors name the line.
    public static func parse(_ bytes: [UInt8]) throws(ScorecardFileError) -> Scorecard {
        guard bytes.count <= sizeMax else {
            throw ScorecardFileError(line: 1, "the file is larger than \(sizeMax) bytes")
        }
        let root = try XMLTree.parse(bytes)
        try root.expect("PMML", attributes: ["version", "xmlns"])
        guard let version = root["version"], version.hasPrefix("4.") else {
            throw root.error("version must be 4.x, not '\(root["version"] ?? "")'")
        }
        try root.expectChildren(["Header", "DataDictionary", "Scorecard"])
        let card = try root.only("Scorecard")
        try card.expect(
            "Scorecard",
            attributes: [
                "modelName", "functionName", "initialScore", "useReasonCodes", "reasonCodeAlgorithm", "baselineMethod",
                "baselineScore", "algorithmName", "isScorable",
            ])
        try card.expectChildren(["Extension", "MiningSchema", "Output", "Characteristics"])
        guard card["functionName"] == "regression" else { throw card.error("functionName must be regression") }
        guard card["useReasonCodes"] ?? "true" == "true" else {
            throw card.error("useReasonCodes must be true: each score explains itself")
        }
        let extensions = try Extensions(card)
        let fields = try dataFields(root, card)
        let characteristics = try card.only("Characteristics").children.map { element throws(ScorecardFileError) in
            try characteristic(element, fields: fields, baseline: card["baselineScore"])
        }
        guard (1...Scorecard.characteristicsMax).contains(characteristics.count) else {
            throw card.error("a card has 1 to \(Scorecard.characteristicsMax) characteristics")
        }
        guard let algorithm = Scorecard.ReasonCodeAlgorithm(rawValue: card["reasonCodeAlgorithm"] ?? "pointsBelow")
        else {
            throw card.error("reasonCodeAlgorithm is pointsBelow or pointsAbove")
        }
        try requireTexts(characteristics, extensions, card)
        return Scorecard(
            name: card["modelName"] ?? "", version: root.child("Header")?["modelVersion"] ?? "",
            hash: unsafe xxh3Digest(bytes.span.bytes), currency: extensions.currency,
            initialScore: try card.integer("initialScore"), reasonCodeAlgorithm: algorithm,
            baselineMethod: card["baselineMethod"] ?? "other", characteristics: characteristics,
            reasonTexts: extensions.reasonTexts)
    }

    /// The declared fields that predicates may name: catalogue features, or the target, which no predicate may.
    private static func dataFields(_ root: XMLTree, _ card: XMLTree) throws(ScorecardFileError) -> [String: Feature] {
        var targets: Set<String> = []
        for field in try card.only("MiningSchema").children {
            try field.expect(
                "MiningField", attributes: ["name", "usageType", "invalidValueTreatment", "missingValueTreatment"])
            if ["target", "predicted"].contains(field["usageType"] ?? "active") { targets.insert(field["name"] ?? "") }
        }
        var fields: [String: Feature] = [:]
        for field in try root.only("DataDictionary").children {
            try field.expect("DataField", attributes: ["name", "optype", "dataType", "displayName"])
            guard let name = field["name"], !targets.contains(name) else { continue }
            do {
                fields[name] = try Feature(name)
            } catch {
                throw field.error("\(error)")
            }
        }
        return fields
    }

    private static func characteristic(_ element: XMLTree, fields: [String: Feature], baseline: String?)
        throws(ScorecardFileError) -> Characteristic
    {
        try element.expect("Characteristic", attributes: ["name", "reasonCode", "baselineScore"])
        try element.expectChildren(["Attribute"])
        var field: String?
        var bins: [Bin] = []
        for attribute in element.children {
            try attribute.expect("Attribute", attributes: ["partialScore", "reasonCode"])
            guard attribute.children.count == 1 else {
                throw attribute.error("an attribute has exactly one predicate and a partialScore")
            }
            let values = try PredicateReader.values(of: attribute.children[0], field: &field)
            let points = try attribute.integer("partialScore")
            bins += values.map { Bin(values: $0, points: points, reasonCode: attribute["reasonCode"]) }
        }
        guard let field, let feature = fields[field] else {
            throw element.error("no predicate names a field of the DataDictionary that is a catalogue feature")
        }
        guard let baselinePoints = try element.optionalInteger("baselineScore") ?? baseline.flatMap({ Int32($0) })
        else {
            throw element.error("baselineScore is wanted here or on the Scorecard")
        }
        guard let reasonCode = element["reasonCode"] ?? bins.first?.reasonCode,
            element["reasonCode"] != nil || bins.allSatisfy({ $0.reasonCode != nil })
        else { throw element.error("a reasonCode is wanted, here or on each attribute") }
        return Characteristic(
            name: element["name"] ?? field, feature: feature, reasonCode: reasonCode, baselinePoints: baselinePoints,
            bins: bins)
    }

    private static func requireTexts(_ characteristics: [Characteristic], _ extensions: Extensions, _ card: XMLTree)
        throws(ScorecardFileError)
    {
        for characteristic in characteristics {
            for code in [characteristic.reasonCode] + characteristic.bins.compactMap(\.reasonCode)
            where extensions.reasonTexts[code] == nil {
                throw card.error(
                    "reason code \(code) has no text: add <Extension name=\"plainscore.reason.\(code)\" value=\"…\"/>")
            }
        }
    }
}

/// What is wrong with a scorecard file, and on which line.
public struct ScorecardFileError: Error, Equatable, CustomStringConvertible {
    public let line: Int
    public let problem: String

    init(line: Int, _ problem: String) {
        self.line = line
        self.problem = problem
    }

    public var description: String { "line \(line): \(problem)" }
}

/// The extensions of a `Scorecard` that we define.
private struct Extensions {
    let currency: Currency
    private(set) var reasonTexts: [String: String] = [:]

    init(_ card: XMLTree) throws(ScorecardFileError) {
        var currency: Currency?
        for element in card.children where element.name == "Extension" {
            try element.expect("Extension", attributes: ["name", "value", "extender"])
            let name = element["name"] ?? ""
            let value = element["value"] ?? ""
            let reason = "plainscore.reason."
            if name == "plainscore.currency" {
                currency = Currency(value)
                if currency == nil { throw element.error("'\(value)' is no ISO 4217 currency") }
            } else if name.hasPrefix(reason) {
                reasonTexts[String(name.dropFirst(reason.count))] = value
            } else {
                throw element.error("extension '\(name)' is not known")
            }
        }
        guard let currency else {
            throw card.error("name the currency: <Extension name=\"plainscore.currency\" value=\"EUR\"/>")
        }
        self.currency = currency
    }
}
