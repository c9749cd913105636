import Events

/// Values read off the totals.
extension Totals {
    /// The value of the plan's feature `probe` on the day on which the totals stand; nil is missing. Complexity: O(1), or
    /// a scan of the feature's window where what it keeps has been touched.
    mutating func value(of probe: Int, _ plan: Plan, _ history: History) -> Int64? {
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
    private mutating func kept(_ word: Int32, _ probe: Int, _ plan: Plan, _ history: History, asDay: Bool = false)
        -> Int64?
    {
        if words[Int(word)] == Self.unknown {
            let value = plan.features[probe].value(of: history, on: day, currency: plan.probes[probe].currency)
            words[Int(word)] = value.map { asDay ? words[0] - $0 : $0 } ?? Self.missing
        }
        return words[Int(word)] == Self.missing ? nil : words[Int(word)]
    }

    private func perThirtyDays(_ sum: Int64, _ plan: Plan, _ history: History, _ currency: UInt8) -> Int64 {
        let tenure = tenure(plan, history, currency) ?? 0
        return Int64(clamping: (Int128(sum) * 30).floorDivided(by: Int128(max(tenure, 30))))
    }

    /// The next day after the one on which the totals stand on which `probe` can have another value though nothing leaves
    /// a window: where a day count passes the next of the values that `cut` names above its own.
    mutating func nextCount(of probe: Int, _ plan: Plan, _ history: History, cut: (Int64) -> Int64?) -> Int64 {
        switch plan.probes[probe].kind {
        case .daysSince, .tenure, .cachedDaysSince:
            if case .tenure = plan.probes[probe].kind, tenure(plan, history, plan.probes[probe].currency) == nil {
                return Self.never
            }
            guard let value = value(of: probe, plan, history), let next = cut(value) else { return Self.never }
            return words[0] + next - value
        case .perThirtyDays(let word): return words[Int(word)] == 0 ? Self.never : words[0] + 1
        case .cachedPerThirtyDays(let word):
            return kept(word, probe, plan, history) ?? 0 == 0 ? Self.never : words[0] + 1
        case .total, .mean, .extreme, .ratio, .paidToLimit, .cached: return Self.never
        }
    }

    /// Days since the first event of the horizon; nil without one.
    private func tenure(_ plan: Plan, _ history: History, _ currency: UInt8) -> Int64? {
        var index = Int(words[plan.windows.count])  // the horizon is the last window
        while index < history.count {
            if history.currency(index) == currency { return words[0] - Int64(history.day(index)) }
            index += 1
        }
        return nil
    }

    private func ratio(_ part: Int64, of whole: Int64) -> Int64? {
        whole > 0 ? basisPoints(Int128(part), of: Int128(whole)) : nil
    }

    private func lastLimit(_ feature: Feature, _ history: History, _ currency: UInt8) -> Int64 {
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
        _ probe: Int, _ word: Int, _ plan: Plan, _ history: History, _ currency: UInt8
    ) {
        let found = plan.features[probe].extreme(of: history, on: day, currency: currency)
        words[word] = found?.value ?? Self.missing
        words[word + 1] = found?.holders ?? 0
    }
}
