import Events

/// What a card's features need to know, compiled into flat tables: which events pass which gate, and which running totals
/// they move. Made once at load; holds no references in its elements, so the hot path counts none.
///
/// ```
/// event ─▶ gates of its type (currency, kind, status, comparisons) ─▶ lanes (count, sum, extreme, … of one window)
/// ```
struct Plan: Sendable {
    /// The windows in use, in days, ascending; the horizon is one where a feature has no window.
    private(set) var windows: [Int32] = []
    private(set) var gates: [Gate] = []
    private(set) var lanes: [Lane] = []
    /// Where each type's gates begin, by `EventType.kept`, and the end of the last.
    private(set) var gateStarts: [Int] = []
    private(set) var comparisons: [Filter.Comparison] = []
    /// One for each feature, in the order given.
    private(set) var probes: [Probe] = []
    /// Probes whose value is kept until an event that they may read comes or leaves.
    private(set) var cached: [Cached] = []
    /// Bit `EventType.kept` is set where some feature reads the type.
    private(set) var readTypes: UInt8 = 0
    /// What is scanned for a probe, where it is.
    private(set) var features: [Feature]
    /// Words of one person's totals.
    private(set) var wordCount = 0

    static let typesEnd = 6

    /// Lets an event's amounts into its lanes.
    struct Gate: Sendable {
        var type: UInt8
        var currency: UInt8
        var kind: UInt8
        var status: UInt8
        /// 0 any, 1 on time, 2 late.
        var timeliness: UInt8
        var comparisons: Range<Int32>
        var lanes: Range<Int32>
    }

    struct Lane: Sendable {
        enum Kind: UInt8, Sendable {
            case count
            /// Events that have a value of the field.
            case countOfValues
            case sum
            /// Two words: the extreme and how many hold it.
            case min
            case max
            /// The latest day with an event that passes.
            case lastDay
        }
        var kind: Kind
        var field: Field
        var window: Int32
        var word: Int32
    }

    /// How a feature's value is read off the totals.
    struct Probe: Sendable {
        enum Kind: Sendable {
            case total(Int32)
            case perThirtyDays(Int32)
            case mean(sum: Int32, count: Int32)
            case extreme(Int32)
            /// part × 10,000 ÷ whole
            case ratio(part: Int32, whole: Int32)
            case paidToLimit(paid: Int32, statements: Int32)
            case daysSince(Int32)
            /// The window of the horizon.
            case tenure
            /// Scanned when asked for, and kept in the word until it may have changed: the value, the sum that is scaled to
            /// 30 days, or the day that is counted from.
            case cached(Int32)
            case cachedPerThirtyDays(Int32)
            case cachedDaysSince(Int32)
        }
        var kind: Kind
        var currency: UInt8
    }

    struct Cached: Sendable {
        /// Bit `EventType.kept` of each type that moves it.
        var types: UInt8
        var word: Int32
    }

    /// - Parameter currencies: of each feature, as a place in the partition's table.
    init(_ features: [(feature: Feature, currency: UInt8)]) {
        self.features = features.map(\.feature)
        windows = Set(features.flatMap { $0.feature.windowsInUse }).sorted()
        wordCount = Totals.header(windows: windows.count)
        var drafts: [Draft] = []
        for (feature, currency) in features {
            probes.append(Probe(kind: probe(feature, currency, &drafts), currency: currency))
            readTypes |= Self.types(feature)
        }
        lay(drafts)
    }

    // MARK: - Compiling

    private struct Draft {
        var type: UInt8
        var currency: UInt8
        var filter: Filter
        var lanes: [Lane]
        /// Words that events of other types move too: no other feature may share them.
        var words: Set<Int32> = []
    }

    private mutating func probe(_ feature: Feature, _ currency: UInt8, _ drafts: inout [Draft]) -> Probe.Kind {
        func lane(_ kind: Lane.Kind, _ field: Field = .due, _ filter: Filter? = nil, _ type: EventType? = nil) -> Int32
        {
            word(kind, field, feature, currency, filter ?? feature.filter, type ?? feature.type, &drafts)
        }
        if feature.filter.isUnpaid {
            let word = keep(feature)
            switch feature.measure {
            case .daysSince: return .cachedDaysSince(word)
            case .per30Days(let field):
                features[probes.count].measure = .sum(field)
                return .cachedPerThirtyDays(word)
            default: return .cached(word)
            }
        }
        switch feature.measure {
        case .count, .events: return .total(lane(.count))
        case .sum(let field): return .total(lane(.sum, field))
        case .per30Days(let field): return .perThirtyDays(lane(.sum, field))
        case .mean(let field): return .mean(sum: lane(.sum, field), count: lane(.countOfValues, field))
        case .min(let field): return .extreme(lane(.min, field))
        case .max(let field): return .extreme(lane(.max, field))
        case .share: return .ratio(part: lane(.count), whole: lane(.count, .due, Filter()))
        case .paidToDue: return .ratio(part: lane(.sum, .paid), whole: lane(.sum, .due))
        case .depositKeptToHeld: return .ratio(part: lane(.sum, .depositKept), whole: lane(.sum, .depositHeld))
        case .outToIn:
            let out = Filter(status: CashFlow.Direction.out.rawValue)
            let `in` = Filter(status: CashFlow.Direction.in.rawValue)
            return .ratio(part: lane(.sum, .amount, out), whole: lane(.sum, .amount, `in`))
        case .paidToLimit:
            return .paidToLimit(
                paid: lane(.sum, .paid), statements: lane(.count, .due, Filter(), .statement))
        case .daysSince: return .daysSince(lane(.lastDay))
        case .tenureDays: return .tenure
        case .latest, .days, .months, .activeMonths, .longestStreak, .obligationsOpen: return .cached(keep(feature))
        }
    }

    private mutating func keep(_ feature: Feature) -> Int32 {
        cached.append(Cached(types: Self.types(feature), word: Int32(wordCount)))
        wordCount += 1
        return Int32(wordCount - 1)
    }

    /// The word of a lane, which features share that want the same.
    private mutating func word(
        _ kind: Lane.Kind, _ field: Field, _ feature: Feature, _ currency: UInt8, _ filter: Filter, _ type: EventType?,
        _ drafts: inout [Draft]
    ) -> Int32 {
        let window = Int32(windows.firstIndex(of: feature.windowDays)!)
        let types = type.map { [$0.kept] } ?? (1..<UInt8(Self.typesEnd)).map { $0 }
        let alike = drafts.first { $0.type == types[0] && $0.currency == currency && $0.filter == filter }
        let found = alike?.lanes.first {
            $0.kind == kind && $0.field == field && $0.window == window && !alike!.words.contains($0.word)
        }
        if types.count == 1, let found { return found.word }
        let lane = Lane(kind: kind, field: field, window: window, word: Int32(wordCount))
        wordCount += kind == .min || kind == .max ? 2 : 1
        for type in types {
            if let index = drafts.firstIndex(where: {
                $0.type == type && $0.currency == currency && $0.filter == filter
            }) {
                drafts[index].lanes.append(lane)
                if types.count > 1 { drafts[index].words.insert(lane.word) }
            } else {
                drafts.append(
                    Draft(
                        type: type, currency: currency, filter: filter, lanes: [lane],
                        words: types.count > 1 ? [lane.word] : []))
            }
        }
        return lane.word
    }

    private mutating func lay(_ drafts: [Draft]) {
        for type in 0..<UInt8(Self.typesEnd) {
            gateStarts.append(gates.count)
            for draft in drafts where draft.type == type {
                let firstComparison = Int32(comparisons.count)
                comparisons += draft.filter.comparisons
                let firstLane = Int32(lanes.count)
                lanes += draft.lanes
                let timeliness: UInt8 =
                    switch draft.filter.timeliness {
                    case nil: 0
                    case .onTime: 1
                    case .late: 2
                    }
                gates.append(
                    Gate(
                        type: type, currency: draft.currency, kind: draft.filter.kind, status: draft.filter.status,
                        timeliness: timeliness, comparisons: firstComparison..<Int32(comparisons.count),
                        lanes: firstLane..<Int32(lanes.count)))
            }
        }
        gateStarts.append(gates.count)
    }

    /// The types whose events a feature reads, as bits.
    private static func types(_ feature: Feature) -> UInt8 {
        guard let type = feature.type, !feature.needsTenure else { return 0b11_1110 }
        var types: UInt8 = 1 << type.kept
        if feature.measure == .paidToLimit { types |= 1 << EventType.statement.kept }
        if feature.filter.isUnpaid { types |= 1 << EventType.repayment.kept }
        return types
    }
}

extension Feature {
    /// The windows whose events it reads, in days.
    fileprivate var windowsInUse: [Int32] {
        needsTenure || filter.isUnpaid ? [windowDays, FoldLimits.horizonDays] : [windowDays]
    }

    fileprivate var needsTenure: Bool {
        switch measure {
        case .tenureDays, .per30Days: true
        default: false
        }
    }
}
