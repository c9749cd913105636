import Events

extension Plan.Probe.Kind {
    /// Whether the value can move with the day though nothing comes or leaves.
    @inline(__always)
    var movesByDay: Bool {
        switch self {
        case .daysSince, .tenure, .cachedDaysSince, .perThirtyDays, .cachedPerThirtyDays: true
        case .total, .mean, .extreme, .ratio, .paidToLimit, .cached: false
        }
    }
}

/// Values read off the totals.
extension Totals {
    /// The value of the plan's feature `probe` on the day on which the totals stand; nil is missing. Complexity: O(1), or
    /// a scan (`Feature.value`) where what it keeps has been touched; `eventsPerPerson` × 2 at most.
    mutating func value(of probe: Int, _ plan: Plan, _ history: borrowing History) -> Int64? {
        let currency = plan.probes[probe].currency
        switch plan.probes[probe].kind {
        case .total(let word): return words[Int(word)]
        case .perThirtyDays(let word, let first):
            return perThirtyDays(words[Int(word)], tenure(first, plan, history, currency))
        case .cachedPerThirtyDays(let word, let first):
            return perThirtyDays(kept(word, probe, plan, history) ?? 0, tenure(first, plan, history, currency))
        case .mean(let sum, let count):
            let count = words[Int(count)]
            return count > 0 ? words[Int(sum)].floorDivided(by: count) : nil
        case .ratio(let part, let whole):
            return ratio(words[Int(part)], of: words[Int(whole)])
        case .daysSince(let word):
            return words[Int(word)] == Self.missing ? nil : words[0] - words[Int(word)]
        case .tenure(let first): return tenure(first, plan, history, currency) ?? 0
        case .paidToLimit(let paid, let statements, let word):
            guard words[Int(statements)] > 0 else { return nil }
            let limit = lastLimit(word, plan, history, currency)
            guard limit > 0 else { return nil }
            return basisPoints(Int128(words[Int(paid)]), of: Int128(limit) * Int128(words[Int(statements)]))
        case .extreme(let word):
            if words[Int(word)] == Self.unknown { rebuildExtreme(probe, Int(word), plan, history, currency) }
            return words[Int(word)] == Self.missing ? nil : words[Int(word)]
        case .cached(let word): return kept(word, probe, plan, history)
        case .cachedDaysSince(let word): return kept(word, probe, plan, history, asDay: true).map { words[0] - $0 }
        }
    }

    /// What the word keeps, scanned anew where it may have changed; `asDay` keeps the day from which a scan counts.
    private mutating func kept(
        _ word: Int32, _ probe: Int, _ plan: Plan, _ history: borrowing History, asDay: Bool = false
    ) -> Int64? {
        if words[Int(word)] == Self.unknown {
            var steps = 0
            let value = plan.features[probe].value(of: history, on: day, currency: plan.probes[probe].currency, &steps)
            words[plan.stepsWord] &+= Int64(steps)
            words[Int(word)] = value.map { asDay ? words[0] - $0 : $0 } ?? Self.missing
        }
        return words[Int(word)] == Self.missing ? nil : words[Int(word)]
    }

    private func perThirtyDays(_ sum: Int64, _ tenure: Int64?) -> Int64 {
        scaled(sum, by: 30, over: max(tenure ?? 0, 30))
    }

    /// The next day after the one on which the totals stand on which `probe`, whose value is `value` now, can have another
    /// bin though nothing leaves a window: where a day count reaches `cut`, the next of its cuts.
    mutating func nextCount(
        of probe: Int, _ value: Int64?, _ cut: Int64?, _ plan: Plan, _ history: borrowing History
    ) -> Int64 {
        switch plan.probes[probe].kind {
        case .daysSince, .cachedDaysSince:
            guard let value, let cut else { return Self.never }
            return words[0] + cut - value
        case .tenure(let first):
            guard let value, let cut, tenure(first, plan, history, plan.probes[probe].currency) != nil else {
                return Self.never
            }
            return words[0] + cut - value
        case .perThirtyDays(let word, _): return words[Int(word)] == 0 ? Self.never : words[0] + 1
        // Its word has just been read, and so is known.
        case .cachedPerThirtyDays(let word, _):
            return words[Int(word)] == 0 || words[Int(word)] == Self.missing ? Self.never : words[0] + 1
        case .total, .mean, .extreme, .ratio, .paidToLimit, .cached: return Self.never
        }
    }

    /// Days since the first event of the horizon in a currency, whose place `word` has or is before; nil without one.
    /// Complexity: events of other currencies before it that no call has passed; each once until they leave.
    private mutating func tenure(_ word: Int32, _ plan: Plan, _ history: borrowing History, _ currency: UInt8) -> Int64?
    {
        // The horizon is the last window.
        let start = max(Int(words[Int(word)]), Int(words[plan.windows.count]))
        var index = start
        while index < history.count, history.currency(index) != currency { index += 1 }
        if index > start { words[plan.stepsWord] &+= Int64(index - start) }
        words[Int(word)] = Int64(index)
        return index < history.count ? words[0] - Int64(history.day(index)) : nil
    }

    private func ratio(_ part: Int64, of whole: Int64) -> Int64? {
        whole > 0 ? basisPoints(part, of: whole) : nil
    }

    /// The limit of the last statement, where there is one. Complexity: the events after that, where a statement has come
    /// or left since it was last asked for; else O(1).
    private mutating func lastLimit(_ word: Int32, _ plan: Plan, _ history: borrowing History, _ currency: UInt8)
        -> Int64
    {
        if words[Int(word)] != Self.unknown { return words[Int(word)] }
        var index = history.count - 1
        while index >= 0, history.type(index) != EventType.statement.kept || history.currency(index) != currency {
            index -= 1
        }
        words[plan.stepsWord] &+= Int64(history.count - index)
        words[Int(word)] = index < 0 ? 0 : history.withoutObligation(index).firstMinor
        return words[Int(word)]
    }

    private mutating func rebuildExtreme(
        _ probe: Int, _ word: Int, _ plan: Plan, _ history: borrowing History, _ currency: UInt8
    ) {
        var steps = 0
        let found = plan.features[probe].extreme(of: history, on: day, currency: currency, &steps)
        words[plan.stepsWord] &+= Int64(steps)
        words[word] = found?.value ?? Self.missing
        words[word + 1] = found?.holders ?? 0
    }
}
