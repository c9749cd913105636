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
    /// a scan of the feature's window where what it keeps has been touched.
    mutating func value(of probe: Int, _ plan: Plan, _ history: borrowing History) -> Int64? {
        let currency = plan.probes[probe].currency
        switch plan.probes[probe].kind {
        case .total(let word): return words[Int(word)]
        case .perThirtyDays(let word):
            return perThirtyDays(words[Int(word)], plan, history, currency)
        case .cachedPerThirtyDays(let word):
            return perThirtyDays(kept(word, probe, plan, history) ?? 0, plan, history, currency)
        case .mean(let sum, let count):
            let count = words[Int(count)]
            return count > 0 ? words[Int(sum)].floorDivided(by: count) : nil
        case .ratio(let part, let whole):
            return ratio(words[Int(part)], of: words[Int(whole)])
        case .daysSince(let word):
            return words[Int(word)] == Self.missing ? nil : words[0] - words[Int(word)]
        case .tenure: return tenure(plan, history, currency) ?? 0
        case .paidToLimit(let paid, let statements):
            let limit = lastLimit(plan.features[probe], history, currency)
            guard words[Int(statements)] > 0, limit > 0 else { return nil }
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
            let value = plan.features[probe].value(of: history, on: day, currency: plan.probes[probe].currency)
            words[Int(word)] = value.map { asDay ? words[0] - $0 : $0 } ?? Self.missing
        }
        return words[Int(word)] == Self.missing ? nil : words[Int(word)]
    }

    private func perThirtyDays(_ sum: Int64, _ plan: Plan, _ history: borrowing History, _ currency: UInt8) -> Int64 {
        let tenure = tenure(plan, history, currency) ?? 0
        return scaled(sum, by: 30, over: max(tenure, 30))
    }

    /// The next day after the one on which the totals stand on which `probe`, whose value is `value` now, can have another
    /// bin though nothing leaves a window: where a day count reaches `cut`, the next of its cuts.
    func nextCount(of probe: Int, _ value: Int64?, _ cut: Int64?, _ plan: Plan, _ history: borrowing History) -> Int64 {
        switch plan.probes[probe].kind {
        case .daysSince, .cachedDaysSince:
            guard let value, let cut else { return Self.never }
            return words[0] + cut - value
        case .tenure:
            guard let value, let cut, tenure(plan, history, plan.probes[probe].currency) != nil else {
                return Self.never
            }
            return words[0] + cut - value
        case .perThirtyDays(let word): return words[Int(word)] == 0 ? Self.never : words[0] + 1
        // Its word has just been read, and so is known.
        case .cachedPerThirtyDays(let word):
            return words[Int(word)] == 0 || words[Int(word)] == Self.missing ? Self.never : words[0] + 1
        case .total, .mean, .extreme, .ratio, .paidToLimit, .cached: return Self.never
        }
    }

    /// Days since the first event of the horizon; nil without one.
    private func tenure(_ plan: Plan, _ history: borrowing History, _ currency: UInt8) -> Int64? {
        var index = Int(words[plan.windows.count])  // the horizon is the last window
        while index < history.count {
            if history.currency(index) == currency { return words[0] - Int64(history.day(index)) }
            index += 1
        }
        return nil
    }

    private func ratio(_ part: Int64, of whole: Int64) -> Int64? {
        whole > 0 ? basisPoints(part, of: whole) : nil
    }

    private func lastLimit(_ feature: Feature, _ history: borrowing History, _ currency: UInt8) -> Int64 {
        let edge = day - feature.windowDays
        var index = history.count - 1
        while index >= 0, history.day(index) > edge {
            if history.type(index) == EventType.statement.kept, history.currency(index) == currency {
                return history[index].firstMinor
            }
            index -= 1
        }
        return 0
    }

    private mutating func rebuildExtreme(
        _ probe: Int, _ word: Int, _ plan: Plan, _ history: borrowing History, _ currency: UInt8
    ) {
        let found = plan.features[probe].extreme(of: history, on: day, currency: currency)
        words[word] = found?.value ?? Self.missing
        words[word + 1] = found?.holders ?? 0
    }
}
