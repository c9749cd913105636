import Events

/// The scan that defines a person's totals.
extension Totals {
    /// Makes them anew for the person as they stand on `day`. Complexity: the events of the widest window, each once for
    /// every gate and for the lanes of those that it passes; `eventsPerPerson` × (gates + lanes) at most.
    mutating func build(_ plan: Plan, _ history: borrowing History, on day: Int32) {
        if words.count != plan.wordCount {
            words.removeAll()
            words.append(repeating: 0, count: plan.wordCount)
        }
        let steps = words[plan.stepsWord]
        var words = words.mutableSpan
        for index in words.indices { words[index] = 0 }
        words[0] = Int64(day)
        words[plan.stepsWord] = steps
        for lane in plan.lanes.indices { plan.lanes[lane].clear(&words) }
        for kept in plan.cached.indices { words[Int(plan.cached[kept].word)] = Self.unknown }
        let count = plan.windows.count
        guard count > 0 else { return }
        var index = history.count
        var classes: UInt64 = 0
        for window in 0..<count {
            let edge = day - plan.windows[window]
            while index > 0, history.day(index - 1) > edge {
                index -= 1
                classes |= history.eventClass(index).bit
            }
            words[1 + window] = Int64(index)
        }
        words[plan.stepsWord] &+= Int64((history.count - index) * (1 + plan.gates.count))
        while index < history.count {
            let block = Block(events: index..<min(index + Block.size, history.count))
            block.enter(&words, plan, history, classes: classes)
            index = block.events.upperBound
        }
        for window in 0..<count { Self.settle(window, plan, history, &words) }
        for place in plan.tenures.indices { words[Int(plan.tenures[place].word)] = words[count] }
    }
}

/// Up to 64 events in a row, each a bit: which of them pass a gate and lie in a window is one word, so that most lanes cost
/// an event nothing.
private struct Block {
    let events: Range<Int>

    static let size = 64

    /// - Parameter classes: bits of those that may occur.
    @inline(__always)
    func enter(
        _ words: inout MutableSpan<Int64>, _ plan: Plan, _ history: borrowing History, classes: UInt64
    ) {
        for gateIndex in plan.gates.indices where plan.gates[gateIndex].classes.bits & classes != 0 {
            let gate = plan.gates[gateIndex]
            let passing = passing(gate, plan, history)
            guard passing != 0 else { continue }
            for laneIndex in gate.firstLane..<gate.endLane {
                let lane = plan.lanes[Int(laneIndex)]
                let first = Int(words[1 + Int(lane.window)]) - events.lowerBound
                guard first < Self.size else { continue }
                enter(passing & ~0 << UInt64(max(first, 0)), lane, gate, &words, plan, history)
            }
        }
    }

    private func passing(_ gate: Plan.Gate, _ plan: Plan, _ history: borrowing History) -> UInt64 {
        var passing: UInt64 = 0
        for event in events where plan.passes(event, gate, history) {
            passing |= 1 << UInt64(event - events.lowerBound)
        }
        return passing
    }

    /// Enters the events whose bits are set.
    @inline(__always)
    private func enter(
        _ bits: UInt64, _ lane: Plan.Lane, _ gate: Plan.Gate, _ words: inout MutableSpan<Int64>, _ plan: Plan,
        _ history: borrowing History
    ) {
        let word = Int(lane.word)
        var left = bits
        func next() -> Int {
            defer { left &= left - 1 }
            return events.lowerBound + left.trailingZeroBitCount
        }
        switch lane.kind {
        case .count: words[word] += Int64(bits.nonzeroBitCount)
        case .sum:
            var sum: Int64 = 0
            while left != 0 { sum += history.value(of: lane.field, at: next()) ?? 0 }
            words[word] += sum
        case .days, .months:
            let first = Int(words[1 + Int(lane.window)])
            while left != 0 {
                let index = next()
                let event = history.withoutObligation(index)
                if !plan.hasNeighbour(event, lane, gate, first..<index, index..<index, &words, history) {
                    words[word] += 1
                }
            }
        case .countOfValues, .min, .max, .lastDay:
            while left != 0 { lane.enter(history.withoutObligation(next()), &words) }
        }
    }
}

extension History {
    /// A field's value in the event at `index`. A first amount that lies in the slot is read without the rest.
    @inline(__always)
    fileprivate func value(of field: Field, at index: Int) -> Int64? {
        let slot = slots[index]
        switch (field, slot.wideCount) {
        case (.due, 0), (.limit, 0), (.amount, 0), (.depositHeld, 0): return Int64(slot.word)
        default: return field.value(in: withoutObligation(index))
        }
    }
}
