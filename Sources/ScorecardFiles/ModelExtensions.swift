import Events
import Scoring

/// What a model carries and PMML has no place for, in extensions of the `Scorecard` element:
///
/// ```
/// plainscore.currency                TWD          ISO 4217, of every amount that the features read; wanted
/// plainscore.reason.CODE             a text       of each reason code; wanted
/// plainscore.scale.base              600          points at which the odds are …
/// plainscore.scale.odds              30:1         … good to bad; a lone number is to 1
/// plainscore.scale.pointsToDouble    20           the three go together
/// plainscore.validUntil              2027-12-31   last day of use
/// ```
///
/// and of a `Characteristic`: `plainscore.points` = `anyOrder` where its points need not rise or fall with the value.
public struct ModelExtensions: Sendable {
    public private(set) var currency: Currency?
    public private(set) var reasonTexts: [String: String] = [:]
    public private(set) var scale: Scale?
    public private(set) var validUntil: CalendarDate?
    /// Where each extension stands, by name.
    private(set) var places: [String: Place] = [:]
    /// Extensions of others, which are read past.
    private(set) var foreign: [(name: String, place: Place)] = []

    static let reasonPrefix = "plainscore.reason."
    private static let names = [
        "plainscore.currency", "plainscore.validUntil", "plainscore.scale.base", "plainscore.scale.odds",
        "plainscore.scale.pointsToDouble",
    ]

    init(_ card: XMLTree, _ faults: Faults) {
        var scaleParts: [String: XMLTree] = [:]
        for element in card.children("Extension") {
            if Vocabulary.isForeign(element) {
                foreign.append((element["name"] ?? "", element.place))
                continue
            }
            faults.attempt { () throws(ScorecardFileError) in try read(element, &scaleParts) }
        }
        scale = faults.attempt { () throws(ScorecardFileError) in try Self.scale(scaleParts) } ?? nil
    }

    private mutating func read(_ element: XMLTree, _ scaleParts: inout [String: XMLTree]) throws(ScorecardFileError) {
        let name = try element.required("name")
        let value = try element.required("value")
        guard places.updateValue(element.place, forKey: name) == nil else {
            throw element.error("extension '\(name)' stands here twice")
        }
        switch name {
        case "plainscore.currency":
            currency = Currency(value)
            guard currency != nil else { throw element.error("'\(value)' is no ISO 4217 currency") }
        case "plainscore.validUntil":
            let bytes = Array(value.utf8)
            validUntil = unsafe CalendarDate(bytes.span.bytes)
            guard validUntil != nil else { throw element.error("'\(value)' is no date: YYYY-MM-DD") }
        case "plainscore.scale.base", "plainscore.scale.odds", "plainscore.scale.pointsToDouble":
            scaleParts[name] = element
        case let name where name.hasPrefix(Self.reasonPrefix) && name != Self.reasonPrefix:
            reasonTexts[String(name.dropFirst(Self.reasonPrefix.count))] = value
        default:
            throw element.error(
                "extension '\(name)' is not known: \(Self.names.joined(separator: ", ")), \(Self.reasonPrefix)CODE")
        }
    }

    /// Whether a characteristic says that its points need not be monotone.
    static func isAnyOrder(_ characteristic: XMLTree) throws(ScorecardFileError) -> Bool {
        let extensions = characteristic.children("Extension").filter { !Vocabulary.isForeign($0) }
        for element in extensions where element["name"] != "plainscore.points" || element["value"] != "anyOrder" {
            throw element.error("the extension of a Characteristic is plainscore.points with the value anyOrder")
        }
        return !extensions.isEmpty
    }

    private static func scale(_ parts: [String: XMLTree]) throws(ScorecardFileError) -> Scale? {
        guard let any = parts.values.min(by: { $0.place < $1.place }) else { return nil }
        guard let base = parts["plainscore.scale.base"], let odds = parts["plainscore.scale.odds"],
            let points = parts["plainscore.scale.pointsToDouble"]
        else { throw any.error("a scale has base, odds and pointsToDouble: give all three") }
        guard let basePoints = Int32(base["value"] ?? "") else { throw base.error("base must be a whole number") }
        guard let double = Int32(points["value"] ?? ""), double > 0 else {
            throw points.error("pointsToDouble must be a whole number above 0")
        }
        let sides = (odds["value"] ?? "").split(separator: ":", omittingEmptySubsequences: false).map { Int32($0) ?? 0 }
        guard (1...2).contains(sides.count), sides.allSatisfy({ $0 > 0 }) else {
            throw odds.error("odds are good to bad in whole numbers, as in 30:1")
        }
        return Scale(base: basePoints, good: sides[0], bad: sides.count == 2 ? sides[1] : 1, pointsToDouble: double)
    }
}
