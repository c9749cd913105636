import Events

/// A plan in the making.
struct PlanDraft {
    private(set) var windows: [Int32] = []
    private(set) var gates: [Plan.Gate] = []
    private(set) var lanes: [Plan.Lane] = []
    private(set) var gateStarts: [Int] = []
    /// By window and type, window after window.
    private(set) var exits: [[Plan.Exit]]
    private(set) var comparisons: [Filter.Comparison] = []
    private(set) var probes: [Plan.Probe] = []
    private(set) var cached: [Plan.Cached] = []
    private(set) var tenures: [Plan.Tenure] = []
    /// By currency.
    private var limits: [UInt8: Int32] = [:]
    private(set) var readTypes: UInt8 = 0
    private(set) var features: [Feature]
    private(set) var wordCount = 0

    init(_ features: [(feature: Feature, currency: UInt8)]) {
        self.features = features.map(\.feature)
        windows = Set(features.flatMap { $0.feature.windowsInUse }).sorted()
        exits = Array(repeating: [], count: windows.count * Plan.typesEnd)
        wordCount = Totals.header(windows: windows.count)
        var drafts: [Draft] = []
        for (feature, currency) in features {
            probes.append(Plan.Probe(kind: probe(feature, currency, &drafts), currency: currency))
            readTypes |= Self.types(feature)
        }
        lay(drafts)
    }

    private struct Draft {
        var type: UInt8
        var currency: UInt8
        var filter: Filter
        var lanes: [Plan.Lane]
        /// Words that events of other types move too: no other feature may share them.
        var words: Set<Int32> = []
    }

    private mutating func probe(_ feature: Feature, _ currency: UInt8, _ drafts: inout [Draft]) -> Plan.Probe.Kind {
        func lane(
            _ kind: Plan.Lane.Kind, _ field: Field = .due, _ filter: Filter? = nil, _ type: EventType? = nil
        ) -> Int32 {
            word(kind, field, feature, currency, filter ?? feature.filter, type ?? feature.type, &drafts)
        }
        if feature.filter.isUnpaid {
            let word = keep(feature)
            switch feature.measure {
            case .daysSince: return .cachedDaysSince(word)
            case .per30Days(let field):
                features[probes.count].measure = .sum(field)
                return .cachedPerThirtyDays(sum: word, tenure: tenure(currency))
            default: return .cached(word)
            }
        }
        switch feature.measure {
        case .count, .events: return .total(lane(.count))
        case .sum(let field): return .total(lane(.sum, field))
        case .per30Days(let field): return .perThirtyDays(sum: lane(.sum, field), tenure: tenure(currency))
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
                paid: lane(.sum, .paid), statements: lane(.count, .due, Filter(), .statement),
                limit: limit(currency))
        case .daysSince: return .daysSince(lane(.lastDay))
        case .tenureDays: return .tenure(tenure(currency))
        case .days: return .total(lane(.days))
        case .months, .activeMonths: return .total(lane(.months))
        case .latest, .longestStreak, .obligationsOpen: return .cached(keep(feature))
        }
    }

    private mutating func keep(_ feature: Feature) -> Int32 { keep(Self.types(feature)) }

    /// A word that is looked up anew when events of these types (bits) have come or left.
    private mutating func keep(_ types: UInt8) -> Int32 {
        cached.append(Plan.Cached(types: types, word: Int32(wordCount)))
        wordCount += 1
        return Int32(wordCount - 1)
    }

    /// The word of the limit of the last statement in a currency.
    private mutating func limit(_ currency: UInt8) -> Int32 {
        if let word = limits[currency] { return word }
        let word = keep(1 << EventType.statement.kept)
        limits[currency] = word
        return word
    }

    private mutating func tenure(_ currency: UInt8) -> Int32 {
        if let tenure = tenures.first(where: { $0.currency == currency }) { return tenure.word }
        tenures.append(Plan.Tenure(currency: currency, word: Int32(wordCount)))
        wordCount += 1
        return Int32(wordCount - 1)
    }

    /// The word of a lane, which features share that want the same.
    private mutating func word(
        _ kind: Plan.Lane.Kind, _ field: Field, _ feature: Feature, _ currency: UInt8, _ filter: Filter,
        _ type: EventType?, _ drafts: inout [Draft]
    ) -> Int32 {
        let window = Int32(windows.firstIndex(of: feature.windowDays)!)
        let types = type.map { [$0.kept] } ?? (1..<UInt8(Plan.typesEnd)).map { $0 }
        let alike = drafts.first { $0.type == types[0] && $0.currency == currency && $0.filter == filter }
        let found = alike?.lanes.first {
            $0.kind == kind && $0.field == field && $0.window == window && !alike!.words.contains($0.word)
        }
        if types.count == 1, let found { return found.word }
        let lane = Plan.Lane(
            kind: kind, field: field, window: window, word: Int32(wordCount),
            isOfAllTypes: types.count > 1)
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
        for type in 0..<UInt8(Plan.typesEnd) {
            gateStarts.append(gates.count)
            for draft in drafts where draft.type == type {
                let firstComparison = Int32(comparisons.count)
                comparisons += draft.filter.comparisons
                let firstLane = Int32(lanes.count)
                for window in windows.indices { lay(draft.lanes.filter { $0.window == window }, window, type) }
                let filter = draft.filter
                let (status, lateness): (UInt8, Plan.Lateness) =
                    switch filter.timeliness {
                    case nil: (filter.status, .any)
                    case .onTime: (PaymentStatus.paid.rawValue, .none)
                    case .late: (filter.status, .some)
                    }
                var classes = EventClasses(type: type, kind: filter.kind, status: status)
                if filter.status != 0, filter.status != status { classes = EventClasses() }
                gates.append(
                    Plan.Gate(
                        classes: classes, currency: draft.currency, lateness: lateness,
                        firstComparison: firstComparison, endComparison: Int32(comparisons.count), firstLane: firstLane,
                        endLane: Int32(lanes.count)))
            }
        }
        gateStarts.append(gates.count)
    }

    /// Lays the lanes of one window and type of the gate that is being laid.
    private mutating func lay(_ gateLanes: [Plan.Lane], _ window: Int, _ type: UInt8) {
        guard !gateLanes.isEmpty else { return }
        let first = Int32(lanes.count)
        lanes += gateLanes
        exits[window * Plan.typesEnd + Int(type)].append(
            Plan.Exit(gate: Int32(gates.count), firstLane: first, endLane: Int32(lanes.count)))
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
