import Events

/// What a card's features need to know, compiled into flat tables: which events pass which gate, and which running totals
/// they move. Made once at load; the hot path counts no references in it.
///
/// ```
/// event ─▶ gates of its type (currency, class, comparisons) ─▶ lanes (count, sum, extreme, … of one window)
/// ```
final class Plan: Sendable {
    /// The windows in use, in days, ascending; the horizon is one where a feature has no window.
    let windows: Table<Int32>
    let gates: Table<Gate>
    let lanes: Table<Lane>
    /// Where each type's gates begin, by `EventType.kept`, and the end of the last.
    let gateStarts: Table<Int32>
    /// By window and type, what an event that leaves moves.
    let exits: Table<Exit>
    /// Where those of a window and type begin, window after window, and the end of the last.
    let exitStarts: Table<Int32>
    let comparisons: Table<Filter.Comparison>
    /// One for each feature, in the order given.
    let probes: Table<Probe>
    /// Probes whose value is kept until an event that they may read comes or leaves.
    let cached: Table<Cached>
    /// One for each currency in which somebody asks for the days since the first event.
    let tenures: Table<Tenure>
    /// The word that counts steps, see `Totals`.
    let stepsWord: Int
    /// Bit `EventType.kept` is set where some feature reads the type.
    let readTypes: UInt8
    /// What is scanned for a probe, where it is.
    let features: [Feature]
    /// Words of one person's totals.
    let wordCount: Int

    static let typesEnd = 6

    /// Lets an event's amounts into its lanes.
    struct Gate: BitwiseCopyable, Sendable {
        var classes: EventClasses
        var currency: UInt8
        var lateness: Lateness
        /// Ranges of comparisons and of lanes; the lanes of one window stand together.
        var firstComparison: Int32
        var endComparison: Int32
        var firstLane: Int32
        var endLane: Int32
    }

    /// A gate's lanes of one window.
    struct Exit: BitwiseCopyable, Sendable {
        var gate: Int32
        var firstLane: Int32
        var endLane: Int32
    }

    enum Lateness: UInt8, BitwiseCopyable { case any, none, some }

    struct Lane: BitwiseCopyable, Sendable {
        enum Kind: UInt8, BitwiseCopyable, Sendable {
            case count
            /// Events that have a value of the field.
            case countOfValues
            case sum
            /// Two words: the extreme and how many hold it.
            case min
            case max
            /// The latest day with an event that passes.
            case lastDay
            /// Different days, and calendar months, with an event that passes.
            case days
            case months
        }
        var kind: Kind
        var field: Field
        var window: Int32
        var word: Int32
        /// Whether events of every type move it.
        var isOfAllTypes: Bool
    }

    /// How a feature's value is read off the totals.
    struct Probe: BitwiseCopyable, Sendable {
        enum Kind: BitwiseCopyable, Sendable {
            case total(Int32)
            case perThirtyDays(sum: Int32, tenure: Int32)
            case mean(sum: Int32, count: Int32)
            case extreme(Int32)
            /// part × 10,000 ÷ whole
            case ratio(part: Int32, whole: Int32)
            /// `limit`: of the last statement, looked for when asked for and kept until a statement comes or leaves. The last
            /// one of the horizon is that of each window that has one.
            case paidToLimit(paid: Int32, statements: Int32, limit: Int32)
            case daysSince(Int32)
            case tenure(Int32)
            /// Scanned when asked for, and kept in the word until it may have changed: the value, the sum that is scaled to
            /// 30 days, or the day that is counted from.
            case cached(Int32)
            case cachedPerThirtyDays(sum: Int32, tenure: Int32)
            case cachedDaysSince(Int32)
        }
        var kind: Kind
        var currency: UInt8
    }

    /// A word with a place in the history: no event of the horizon before it is of this currency. It goes up to the first
    /// that is when it is asked for.
    struct Tenure: BitwiseCopyable, Sendable {
        var currency: UInt8
        var word: Int32
    }

    struct Cached: BitwiseCopyable, Sendable {
        /// Bit `EventType.kept` of each type that moves it.
        var types: UInt8
        var word: Int32
    }

    /// - Parameter currencies: of each feature, as a place in the partition's table.
    init(_ features: [(feature: Feature, currency: UInt8)]) {
        let draft = PlanDraft(features)
        windows = Table(draft.windows)
        gates = Table(draft.gates)
        lanes = Table(draft.lanes)
        gateStarts = Table(draft.gateStarts.map { Int32($0) })
        exits = Table(draft.exits.joined().map { $0 })
        exitStarts = Table(draft.exits.reduce(into: [0]) { $0.append($0.last! + Int32($1.count)) })
        comparisons = Table(draft.comparisons)
        probes = Table(draft.probes)
        cached = Table(draft.cached)
        tenures = Table(draft.tenures)
        stepsWord = draft.wordCount
        readTypes = draft.readTypes
        self.features = draft.features
        wordCount = draft.wordCount + 1
    }

    @inline(__always)
    func reads(_ type: UInt8) -> Bool { readTypes &>> type & 1 != 0 }

    @inline(__always)
    func gates(of type: UInt8) -> Range<Int> { Int(gateStarts[Int(type)])..<Int(gateStarts[Int(type) + 1]) }

    @inline(__always)
    func exits(from window: Int, of type: UInt8) -> Range<Int> {
        let place = window * Self.typesEnd + Int(type)
        return Int(exitStarts[place])..<Int(exitStarts[place + 1])
    }

    @inline(__always)
    func passes(_ event: KeptEvent, _ gate: Gate) -> Bool {
        gate.lets(event.eventClass, currency: event.currency, days: event.days) && meetsComparisons(event, gate)
    }

    /// The same of an event of the history, unpacked only where it is compared.
    @inline(__always)
    func passes(_ index: Int, _ gate: Gate, _ history: borrowing History) -> Bool {
        guard
            gate.lets(history.eventClass(index), currency: history.currency(index), days: history.days(index))
        else { return false }
        return !gate.hasComparisons || meetsComparisons(history.withoutObligation(index), gate)
    }

    @inline(__always)
    private func meetsComparisons(_ event: KeptEvent, _ gate: Gate) -> Bool {
        for index in gate.firstComparison..<gate.endComparison where !comparisons[Int(index)].holds(for: event) {
            return false
        }
        return true
    }
}

extension Plan.Gate {
    @inline(__always)
    fileprivate var hasComparisons: Bool { firstComparison < endComparison }

    /// All but the comparisons.
    @inline(__always)
    fileprivate func lets(_ eventClass: EventClass, currency: UInt8, days: Int32) -> Bool {
        guard classes.contains(eventClass), currency == self.currency else { return false }
        return switch lateness {
        case .any: true
        case .none: days == 0
        case .some: days > 0
        }
    }
}
