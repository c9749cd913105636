import Events

/// The closed grammar written out, as `plainscore features` prints it: made from the tables of `Field`, `Filter` and
/// `Measure`, so that a feature is defined in one place.
public enum FeatureCatalogue {
    /// An event type, or the person, with all that features can say of it.
    public struct Entry: Sendable {
        /// What names begin with.
        public let event: String
        /// nil: of the person, whatever the type.
        public let type: EventType?
        public let conditions: [Condition]
        public let fields: [EventField]
        public let patterns: [FeaturePattern]
    }

    /// A word that can stand in a filter; beside them stands `FIELD<NUMBER`, and `<=`, `>`, `>=`.
    public struct Condition: Sendable {
        public let word: String
        public let meaning: String
        /// See `FeaturePattern.reads`.
        public let reads: [String]
        /// Of words with one number at most one can stand in a filter.
        public let exclusion: Int
    }

    /// A field of events of the entry's type.
    public struct EventField: Sendable {
        public let name: String
        public let unit: Feature.Unit
        public let range: ClosedRange<Int64>
        public let meaning: String
        public let reads: [String]
    }

    /// In the order of `schemas/features.md`, the person last.
    public static let entries: [Entry] =
        FeatureParser.events.map { entry($0.name, $0.type) } + [entry("person", nil)]

    /// What every feature reads of its events.
    public static let alwaysRead = ["occurred_at", "currency"]

    private static func entry(_ event: String, _ type: EventType?) -> Entry {
        let fields = type.map { Field.all(of: $0) } ?? []
        let conditions = type.map { type in
            Filter.words(of: type).map { text, word in
                let facts = word.facts(of: type)
                return Condition(word: text, meaning: facts.meaning, reads: facts.reads, exclusion: facts.exclusion)
            }
        }
        let named = NamedMeasure.all.filter { $0.isOf(type) }.map { FeaturePattern($0, of: event, conditions) }
        let ofFields = fields.flatMap { field in
            Aggregate.all(of: field).map { FeaturePattern($0, of: field, of: event) }
        }
        return Entry(
            event: event, type: type, conditions: conditions ?? [],
            fields: fields.map(\.facts).map {
                EventField(name: $0.name, unit: $0.unit, range: $0.range, meaning: $0.meaning, reads: $0.reads)
            }, patterns: named + ofFields)
    }
}

/// Names that differ in filter and window alone: `repayment[…].days_late.mean.W`.
public struct FeaturePattern: Sendable {
    public enum Filter: Sendable { case none, allowed, needed }

    /// With `[…]` where a filter can stand, and `W` where a window must.
    public let name: String
    public let filter: Filter
    /// One for each window, ascending, or just one; with the first condition where there must be one.
    public let features: [Feature]
    /// What is made of the events that pass.
    public let meaning: String
    /// What of the events it comes from, as `schemas/plainscore/v1/event.proto` names it, beside what all features read
    /// (`FeatureCatalogue.alwaysRead`) and what their conditions do; `message.field` where it is of another type.
    public let reads: [String]
    /// What follows event and filter: `days_late.mean.30d`, for each window.
    public let endings: [String]

    public var unit: Feature.Unit { features[0].unit }
    public var hasWindow: Bool { features.count > 1 }
    /// Whether there can be nothing to measure; else that is 0.
    public var canBeMissing: Bool { features[0].canBeMissing }

    init(_ measure: NamedMeasure, of event: String, _ conditions: [FeatureCatalogue.Condition]?) {
        let example = measure.filter == .needed ? "[\(conditions?.first?.word ?? "")]" : ""
        let filter: Filter =
            switch measure.filter {
            case .none: .none
            case .allowed: .allowed
            case .needed: .needed
            }
        self.init(
            event, filter, example, measure.name, hasWindow: measure.hasWindow, meaning: measure.meaning,
            reads: measure.reads)
    }

    init(_ aggregate: Aggregate, of field: Field, of event: String) {
        let facts = field.facts
        self.init(
            event, .allowed, "", "\(facts.name).\(aggregate.name)", hasWindow: aggregate.hasWindow,
            meaning: "\(facts.meaning): \(aggregate.meaning)", reads: facts.reads)
    }

    private init(
        _ event: String, _ filter: Filter, _ example: String, _ measure: String, hasWindow: Bool, meaning: String,
        reads: [String]
    ) {
        name = event + (filter == .none ? "" : "[…]") + ".\(measure)" + (hasWindow ? ".W" : "")
        self.filter = filter
        self.meaning = meaning
        self.reads = reads
        endings = hasWindow ? Feature.windows.map { "\(measure).\($0)d" } : [measure]
        // A table that its own grammar does not read is a mistake in this module.
        features = endings.map { try! Feature("\(event)\(example).\($0)") }
    }
}

extension FeatureCatalogue.Entry {
    /// Every filter of words that names of this entry can have, the empty one first: the words in the order of
    /// `conditions`.
    var filters: [String] {
        var lists: [[String]] = [[]]
        for exclusion in Set(conditions.map(\.exclusion)).sorted() {
            let words = conditions.filter { $0.exclusion == exclusion }.map(\.word)
            lists += lists.flatMap { list in words.map { list + [$0] } }
        }
        return lists.map { $0.isEmpty ? "" : "[\($0.joined(separator: ","))]" }
    }
}

extension Feature {
    /// Every name of the catalogue, in its order, but for those with a comparison, which have no end; of these a few
    /// stand at the end for example.
    public static let names: [String] =
        FeatureCatalogue.entries.flatMap { entry in
            entry.filters.flatMap { filter in
                entry.patterns.filter { filter.isEmpty ? $0.filter != .needed : $0.filter != .none }.flatMap {
                    pattern in
                    pattern.endings.map { "\(entry.event)\(filter).\($0)" }
                }
            }
        } + examples

    /// The names that an unknown one may be a slip of: `names`, and those with a filter like its own.
    public static func names(like unknown: String) -> [String] {
        guard let start = unknown.firstIndex(of: "["), let end = unknown.firstIndex(of: "]"), start < end else {
            return names
        }
        let filter = unknown[start...end]
        guard filter.contains(where: { $0 == "<" || $0 == ">" }) else { return names }
        let like = FeatureCatalogue.entries.flatMap { entry in
            entry.patterns.flatMap { pattern in pattern.endings.map { "\(entry.event)\(filter).\($0)" } }
        }
        return names + like.filter { !examples.contains($0) && (try? Feature($0)) != nil }
    }

    private static let examples = [
        "repayment[days_late>30].count.365d", "repayment[days_late>30].days_since", "bill[days_late>30].count.365d",
        "statement[days_past_due>=30].count.365d", "statement[days_past_due>=60].count.365d",
        "statement[days_past_due>=90].count.730d", "statement[balance_to_limit_bp>9000].share_bp.180d",
        "cashflow[balance<0].count.90d", "cashflow[balance<0].days.90d", "cashflow[balance<0].days_since",
        "cashflow[balance<50000].share_bp.90d", "cashflow[in,amount>=100000].count.30d",
        "rental[deposit_kept>0].count.730d", "rental[days_late>7].count.365d",
    ]

    /// The pattern of this name.
    public var pattern: FeaturePattern {
        let patterns = FeatureCatalogue.entries.first { $0.type == type }!.patterns
        return patterns.first { $0.features[0].measure == measure }!
    }

    /// The days of its window; nil where its name has none, and the horizon counts.
    public var window: Int32? { pattern.hasWindow ? windowDays : nil }

    /// The conditions of its filter, as its name has them.
    public var conditions: [FeatureCatalogue.Condition] {
        guard let start = name.firstIndex(of: "["), let end = name.firstIndex(of: "]") else { return [] }
        let entry = FeatureCatalogue.entries.first { $0.type == type }!
        return name[name.index(after: start)..<end].split(separator: ",").map { text in
            if let word = entry.conditions.first(where: { $0.word == text }) { return word }
            let field = entry.fields.first { $0.name == text.prefix { $0 != "<" && $0 != ">" } }!
            return FeatureCatalogue.Condition(
                word: String(text), meaning: field.meaning, reads: field.reads, exclusion: -1)
        }
    }

    /// All that it reads of events, as `FeaturePattern.reads` has it.
    public var reads: [String] {
        var reads: [String] = []
        for read in FeatureCatalogue.alwaysRead + pattern.reads + conditions.flatMap(\.reads)
        where !reads.contains(read) {
            reads.append(read)
        }
        return reads
    }
}
