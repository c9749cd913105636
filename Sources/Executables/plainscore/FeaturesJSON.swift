import Scoring
import Wire

/// The catalogue of features as one JSON document, and one feature.
enum FeaturesJSON {
    static func all() -> String {
        var json = JSONText()
        json.beginObject()
        json.member("windows", Feature.windows.map { "\($0)d" })
        json.member("horizonDays", FoldLimits.horizonDays)
        json.member("alwaysRead", FeatureCatalogue.alwaysRead)
        json.array("entries", FeatureCatalogue.entries) { json, entry in
            json.member("event", entry.event)
            if let type = entry.type { json.member("topic", type.topic.name) }
            json.array("conditions", entry.conditions) { $0.condition($1) }
            json.array("fields", entry.fields) { json, field in
                json.member("name", field.name)
                json.member("meaning", field.meaning)
                json.measured(field.unit, field.range)
                json.member("reads", field.reads)
            }
            json.array("features", entry.patterns) { json, pattern in
                json.member("pattern", pattern.name)
                json.member("filter", "\(pattern.filter)")
                json.member("meaning", pattern.meaning)
                json.member("unit", pattern.unit.rawValue)
                json.member("canBeMissing", pattern.canBeMissing)
                json.member("reads", pattern.reads)
                json.array("examples", pattern.features) { json, feature in
                    json.member("name", feature.name)
                    json.window(feature)
                    json.measured(feature.unit, feature.range)
                }
            }
        }
        json.endObject()
        return String(decoding: json.bytes, as: UTF8.self)
    }

    static func one(_ feature: Feature) -> String {
        var json = JSONText()
        json.beginObject()
        json.member("name", feature.name)
        json.member("pattern", feature.pattern.name)
        json.member("meaning", feature.pattern.meaning)
        json.array("conditions", feature.conditions) { $0.condition($1) }
        json.window(feature)
        json.measured(feature.unit, feature.range)
        json.member("canBeMissing", feature.canBeMissing)
        json.member("reads", feature.reads)
        json.endObject()
        return String(decoding: json.bytes, as: UTF8.self)
    }
}

extension JSONText {
    fileprivate mutating func member(_ name: StaticString, _ words: [String]) {
        key(name)
        beginArray()
        for word in words { value(word) }
        endArray()
    }

    fileprivate mutating func condition(_ condition: FeatureCatalogue.Condition) {
        member("condition", condition.word)
        member("meaning", condition.meaning)
        member("reads", condition.reads)
    }

    fileprivate mutating func window(_ feature: Feature) {
        member("days", feature.window ?? FoldLimits.horizonDays)
        member("hasWindow", feature.window != nil)
    }

    fileprivate mutating func measured(_ unit: Feature.Unit, _ range: ClosedRange<Int64>) {
        member("unit", unit.rawValue)
        member("min", range.lowerBound)
        member("max", range.upperBound)
    }
}
