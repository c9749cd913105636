import Events

/// A person's running totals: what the loaded models' features are read off without a scan. Derived from the history, so
/// no snapshot holds them; `build` is the scan that defines them, and the moves keep them equal to it.
///
/// One row of words, made for one plan:
///
/// ```
/// 0             day on which they stand
/// 1 …           per window: the first event of a type that is read and lies in the window (its place in the history)
/// 1 + windows … per window: the day on which that event leaves it
///               then the lanes' words, and the values that are kept until they may have changed
/// ```
struct Totals {
    static func header(windows: Int) -> Int { 1 + 2 * windows }

    /// In a kept value: it must be scanned anew; there is nothing to measure.
    static let unknown = Int64.min
    static let missing = Int64.min + 1
    /// A leaving day that does not come.
    static let never = Int64.max

    var words: [Int64] = []

    var isEmpty: Bool { words.isEmpty }
    var day: Int32 { Int32(truncatingIfNeeded: words[0]) }

    /// Makes them anew for the person as they stand on `day`. Complexity: linear in the events of the widest window.
    mutating func build(_ plan: Plan, _ history: History, on day: Int32) {
        words.removeAll(keepingCapacity: true)
        words.append(Int64(day))
        let count = plan.windows.count
        for window in plan.windows { words.append(Int64(history.first(after: day - window))) }
        for _ in 0..<count { words.append(Self.never) }
        while words.count < plan.wordCount { words.append(0) }
        for lane in plan.lanes { clear(lane) }
        for kept in plan.cached { words[Int(kept.word)] = Self.unknown }
        for window in 0..<count { settle(window, plan, history) }
        guard let first = words[1...count].min() else { return }
        // The widest window comes first; narrower ones join in as the scan reaches them.
        for index in Int(first)..<history.count {
            let event = history[index]
            var windows: UInt8 = 0
            for window in 0..<count where index >= Int(words[1 + window]) { windows |= 1 << window }
            enter(event, windows, plan)
        }
    }

    /// Lets days pass: what leaves its window by `day` is taken off. Complexity: the events that leave, and the windows.
    mutating func advance(_ plan: Plan, _ history: History, to day: Int32) {
        guard Int64(day) > words[0] else { return }
        words[0] = Int64(day)
        let count = plan.windows.count
        for window in 0..<count where words[1 + count + window] <= Int64(day) {
            let edge = day - plan.windows[window]
            var index = Int(words[1 + window])
            while index < history.count, history.day(index) <= edge {
                let event = history[index]
                if plan.reads(event.type) {
                    leave(event, 1 << window, plan)
                    touch(event.type, plan)
                }
                index += 1
            }
            words[1 + window] = Int64(index)
            settle(window, plan, history)
        }
    }

    /// Takes in the event that was put at `index` of the history, dated no later than the day on which these stand.
    mutating func insert(_ plan: Plan, _ history: History, at index: Int) {
        let event = history[index]
        let isRead = plan.reads(event.type)
        let count = plan.windows.count
        var windows: UInt8 = 0
        for window in 0..<count {
            let first = Int(words[1 + window])
            let isInside = isRead && event.day > day - plan.windows[window]
            if isInside { windows |= 1 << window }
            if isInside, index <= first {
                words[1 + window] = Int64(index)
                words[1 + count + window] = Int64(event.day + plan.windows[window])
            } else if index <= first {
                words[1 + window] += 1
            }
        }
        guard isRead else { return }
        enter(event, windows, plan)
        touch(event.type, plan)
    }

    /// The history has lost its first `count` events, all of them older than every window.
    mutating func dropFirst(_ count: Int, _ plan: Plan) {
        for window in 0..<plan.windows.count { words[1 + window] -= Int64(count) }
    }

    mutating func removeAll() { words = [] }

    /// The next day on which something that is read leaves its window.
    func nextLeaving(_ plan: Plan) -> Int64 {
        var next = Self.never
        let count = plan.windows.count
        for window in 0..<count { next = Swift.min(next, words[1 + count + window]) }
        return next
    }

    // MARK: - Moves

    /// Puts the window's first event on one of a type that is read, and works out when that leaves.
    private mutating func settle(_ window: Int, _ plan: Plan, _ history: History) {
        var index = Int(words[1 + window])
        while index < history.count, !plan.reads(history.type(index)) { index += 1 }
        words[1 + window] = Int64(index)
        words[1 + plan.windows.count + window] =
            index < history.count ? Int64(history.day(index) + plan.windows[window]) : Self.never
    }

    /// Takes the event into the lanes of `windows` (bit by place).
    private mutating func enter(_ event: KeptEvent, _ windows: UInt8, _ plan: Plan) {
        for gate in plan.gateStarts[Int(event.type)]..<plan.gateStarts[Int(event.type) + 1] {
            let gate = plan.gates[gate]
            guard plan.passes(event, gate) else { continue }
            for lane in gate.lanes {
                let lane = plan.lanes[Int(lane)]
                if windows & 1 << lane.window != 0 { enter(event, lane) }
            }
        }
    }

    private mutating func leave(_ event: KeptEvent, _ windows: UInt8, _ plan: Plan) {
        for gate in plan.gateStarts[Int(event.type)]..<plan.gateStarts[Int(event.type) + 1] {
            let gate = plan.gates[gate]
            guard plan.passes(event, gate) else { continue }
            for lane in gate.lanes {
                let lane = plan.lanes[Int(lane)]
                if windows & 1 << lane.window != 0 { leave(event, lane) }
            }
        }
    }

    private mutating func clear(_ lane: Plan.Lane) {
        switch lane.kind {
        case .count, .countOfValues, .sum: break
        case .lastDay, .min, .max: words[Int(lane.word)] = Self.missing
        }
    }

    @inline(__always)
    private mutating func enter(_ event: KeptEvent, _ lane: Plan.Lane) {
        let word = Int(lane.word)
        switch lane.kind {
        case .count: words[word] += 1
        case .countOfValues: if lane.field.value(in: event) != nil { words[word] += 1 }
        case .sum: words[word] += lane.field.value(in: event) ?? 0
        case .lastDay: words[word] = Swift.max(words[word], Int64(event.day))
        case .min, .max:
            guard words[word] != Self.unknown, let value = lane.field.value(in: event) else { return }
            let held = words[word]
            if held == Self.missing || (lane.kind == .max ? value > held : value < held) {
                words[word] = value
                words[word + 1] = 1
            } else if value == held {
                words[word + 1] += 1
            }
        }
    }

    @inline(__always)
    private mutating func leave(_ event: KeptEvent, _ lane: Plan.Lane) {
        let word = Int(lane.word)
        switch lane.kind {
        case .count: words[word] -= 1
        case .countOfValues: if lane.field.value(in: event) != nil { words[word] -= 1 }
        case .sum: words[word] -= lane.field.value(in: event) ?? 0
        // Days leave in order: where the last one does, none is left.
        case .lastDay: if words[word] == Int64(event.day) { words[word] = Self.missing }
        case .min, .max:
            guard let value = lane.field.value(in: event), value == words[word] else { return }
            words[word + 1] -= 1
            // The others are looked through when somebody asks.
            if words[word + 1] == 0 { words[word] = Self.unknown }
        }
    }

    /// What is kept of this type's events must be looked up anew.
    @inline(__always)
    private mutating func touch(_ type: UInt8, _ plan: Plan) {
        for kept in plan.cached where kept.types & 1 << type != 0 { words[Int(kept.word)] = Self.unknown }
    }
}

extension Plan {
    @inline(__always)
    func reads(_ type: UInt8) -> Bool { readTypes & 1 << type != 0 }

    @inline(__always)
    func passes(_ event: KeptEvent, _ gate: Gate) -> Bool {
        guard event.currency == gate.currency else { return false }
        if gate.kind != 0, event.kind != gate.kind { return false }
        if gate.status != 0, event.status != gate.status { return false }
        if gate.timeliness == 1, event.status != PaymentStatus.paid.rawValue || event.days != 0 { return false }
        if gate.timeliness == 2, event.days <= 0 { return false }
        for comparison in gate.comparisons where !comparisons[Int(comparison)].holds(for: event) { return false }
        return true
    }
}
