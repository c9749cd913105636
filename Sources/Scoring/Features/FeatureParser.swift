import Events

/// Reads the grammar of `Feature`, from left to right.
struct FeatureParser {
    private let name: String
    private var rest: Substring

    init(_ name: String) {
        self.name = name
        rest = name[...]
    }

    /// What names call the event types.
    static let events: [(name: String, type: EventType)] = [
        ("repayment", .repayment), ("bill", .bill), ("statement", .statement), ("cashflow", .cashFlow),
        ("rental", .rental),
    ]

    mutating func feature() throws(FeatureError) -> Feature {
        let type = try event()
        let filter = try filter(of: type)
        guard rest.first == "." else { throw problem("a '.' and a measure must follow") }
        var words = rest.dropFirst().split(separator: ".", omittingEmptySubsequences: false)[...]
        let word = words.removeFirst()
        if let named = NamedMeasure.all.first(where: { $0.name == word && $0.isOf(type) }) {
            return try feature(named, type, filter, words)
        }
        guard let type, let field = Field.named(word, of: type) else {
            throw problem("no measure or field '\(word)' here; there are \(Self.measures(of: type))")
        }
        return try feature(field, type, filter, words)
    }

    private func feature(_ named: NamedMeasure, _ type: EventType?, _ filter: Filter, _ words: ArraySlice<Substring>)
        throws(FeatureError) -> Feature
    {
        switch named.filter {
        case .none where !filter.isEmpty: throw problem("\(named.name) takes no filter")
        case .needed where filter.isEmpty: throw problem("\(named.name) needs a filter: which events are to pass?")
        default: break
        }
        let days = try window(words, isNeeded: named.hasWindow, named.name)
        return Feature(
            name: name, unit: named.unit, range: named.range(Int64(days)), canBeMissing: named.isMissingWithoutEvents,
            type: type, filter: filter, measure: named.measure, windowDays: days)
    }

    private func feature(_ field: Field, _ type: EventType, _ filter: Filter, _ words: ArraySlice<Substring>)
        throws(FeatureError) -> Feature
    {
        let facts = field.facts
        let known = Aggregate.all(of: field)
        guard let word = words.first, let aggregate = known.first(where: { $0.name == word }) else {
            throw problem("after '\(facts.name)' comes one of \(known.map(\.name).joined(separator: ", "))")
        }
        let days = try window(words.dropFirst(), isNeeded: aggregate.hasWindow, aggregate.name)
        var range = facts.range
        if aggregate.isOfMoney {
            let most = Int64(days) * Int64(FoldLimits.eventsPerPersonAndDay)
            range = Swift.min(0, range.lowerBound) * most...range.upperBound * most
        }
        return Feature(
            name: name, unit: facts.unit, range: range, canBeMissing: aggregate.isMissingWithoutEvents, type: type,
            filter: filter, measure: aggregate.make(field), windowDays: days)
    }

    /// nil: the person.
    private mutating func event() throws(FeatureError) -> EventType? {
        let word = rest.prefix { $0 != "." && $0 != "[" }
        rest = rest.dropFirst(word.count)
        if word == "person" { return nil }
        guard let event = Self.events.first(where: { $0.name == word }) else {
            let known = Self.events.map(\.name).joined(separator: ", ")
            throw problem("it begins with '\(word)', not with one of \(known), person")
        }
        return event.type
    }

    private mutating func filter(of type: EventType?) throws(FeatureError) -> Filter {
        var filter = Filter()
        guard rest.first == "[" else { return filter }
        guard let type, let end = rest.firstIndex(of: "]") else { throw problem("no filter can stand here") }
        let conditions = rest[rest.index(after: rest.startIndex)..<end]
        rest = rest[rest.index(after: end)...]
        for text in conditions.split(separator: ",", omittingEmptySubsequences: false) {
            if let comparison = try comparison(text, of: type) {
                filter.comparisons.append(comparison)
            } else if let word = Filter.words(of: type).first(where: { $0.text == text }) {
                guard filter.add(word.word) else {
                    throw problem("'\(text)' is a second condition of its kind: no event meets both")
                }
            } else {
                throw problem(
                    "no condition '\(text)' on this event; there are \(Self.conditions(of: type)), and FIELD<NUMBER")
            }
        }
        return filter
    }

    /// nil where the text is no comparison.
    private func comparison(_ text: Substring, of type: EventType) throws(FeatureError) -> Filter.Comparison? {
        guard let start = text.firstIndex(where: { $0 == "<" || $0 == ">" }),
            let found = Filter.Comparison.Operator.allCases.first(where: { text[start...].hasPrefix($0.rawValue) })
        else { return nil }
        guard let field = Field.named(text[..<start], of: type) else {
            throw problem("no field '\(text[..<start])' on this event")
        }
        guard let bound = Int64(text[start...].dropFirst(found.rawValue.count)) else {
            throw problem("a whole number must follow '\(found.rawValue)'")
        }
        return Filter.Comparison(field: field, comparison: found, bound: bound)
    }

    private func window(_ words: ArraySlice<Substring>, isNeeded: Bool, _ after: String) throws(FeatureError) -> Int32 {
        guard isNeeded else {
            guard words.isEmpty else { throw problem("nothing comes after '\(after)'") }
            return FoldLimits.horizonDays
        }
        let known = Feature.windows.map { "\($0)d" }
        guard words.count == 1, let place = known.firstIndex(of: String(words.first!)) else {
            throw problem("after '\(after)' comes one window of \(known.joined(separator: ", "))")
        }
        return Feature.windows[place]
    }

    private static func measures(of type: EventType?) -> String {
        let fields = type.map { type in Field.all(of: type).map(\.facts.name) } ?? []
        return (NamedMeasure.all.filter { $0.isOf(type) }.map(\.name) + fields).joined(separator: ", ")
    }

    private static func conditions(of type: EventType) -> String {
        Filter.words(of: type).map(\.text).joined(separator: ", ")
    }

    private func problem(_ text: String) -> FeatureError { FeatureError(name: name, problem: text) }
}

extension NamedMeasure {
    func isOf(_ type: EventType?) -> Bool { type.map { types.contains($0) } ?? types.isEmpty }
}

extension Aggregate {
    /// Those of a field.
    static func all(of field: Field) -> [Aggregate] { all.filter { !$0.isOfMoney || field.facts.unit == .minorUnits } }
}
