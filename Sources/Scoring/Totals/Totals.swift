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
///               then the lanes' words, the values that are kept until they may have changed, and the places of `Tenure`
/// last          events looked at since somebody asked: a measurement, from which nothing follows
/// ```
struct Totals: ~Copyable {
    static func header(windows: Int) -> Int { 1 + 2 * windows }

    /// In a kept value: it must be scanned anew; there is nothing to measure.
    static let unknown = Int64.min
    static let missing = Int64.min + 1
    /// A leaving day that does not come.
    static let never = Int64.max

    var words = PackedArray<Int64>()

    var isEmpty: Bool { @inline(__always) get { words.isEmpty } }
    var day: Int32 { @inline(__always) get { Int32(truncatingIfNeeded: words[0]) } }

    /// The steps since they were last asked for.
    mutating func takeSteps(_ plan: Plan) -> Int {
        guard !words.isEmpty else { return 0 }
        defer { words[plan.stepsWord] = 0 }
        return Int(words[plan.stepsWord])
    }

    /// Lets days pass: what leaves its window by `day` is taken off. Complexity: the events that leave, each once for every
    /// window and for the lanes of its gates (see `Plan.leave`); `eventsPerPerson` × lanes at most.
    @inline(__always)
    mutating func advance(_ plan: Plan, _ history: borrowing History, to day: Int32) {
        if Int64(day) > words[0] { leaveWindows(plan, history, to: day) }
    }

    private mutating func leaveWindows(_ plan: Plan, _ history: borrowing History, to day: Int32) {
        var words = words.mutableSpan
        words[0] = Int64(day)
        let count = plan.windows.count
        for window in 0..<count where words[1 + count + window] <= Int64(day) {
            let edge = day - plan.windows[window]
            var index = Int(words[1 + window])
            while index < history.count, history.day(index) <= edge {
                let type = history.type(index)
                if plan.reads(type) {
                    plan.leave(index, from: window, &words, history)
                    Self.touch(type, plan, &words)
                }
                index += 1
            }
            words[plan.stepsWord] &+= Int64(index) - words[1 + window]
            words[1 + window] = Int64(index)
            Self.settle(window, plan, history, &words)
        }
    }

    /// Takes in the event that was put at `index` of the history, dated no later than the day on which these stand.
    /// Complexity: the lanes of its gates (see `Plan.enter`), and the windows.
    mutating func insert(_ plan: Plan, _ history: borrowing History, at index: Int) {
        let event = history.withoutObligation(index)
        let isRead = plan.reads(event.type)
        let count = plan.windows.count
        var words = words.mutableSpan
        let day = Int32(truncatingIfNeeded: words[0])
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
        for place in plan.tenures.indices { plan.tenures[place].take(event, at: index, windows, plan, &words) }
        guard isRead else { return }
        plan.enter(index, into: windows, &words, history)
        Self.touch(event.type, plan, &words)
    }

    /// The history has lost its first `count` events, all of them older than every window.
    mutating func dropFirst(_ count: Int, _ plan: Plan) {
        for window in 0..<plan.windows.count { words[1 + window] -= Int64(count) }
        for place in plan.tenures.indices {
            let word = Int(plan.tenures[place].word)
            words[word] = max(0, words[word] - Int64(count))
        }
    }

    mutating func removeAll() { words.removeAll() }

    // MARK: - Ahead of reading

    func prefetch(_ plan: Plan) { words.prefetch(first: plan.wordCount) }

    /// Asks for the events that leave the windows next.
    func prefetchEdges(_ plan: Plan, _ history: borrowing History) {
        guard !words.isEmpty else { return }
        for window in plan.windows.indices {
            // More than one leave on a day, as a rule in this line and the next two.
            history.prefetch(Int(words[1 + window]))
            history.prefetch(Int(words[1 + window]) + 2)
            history.prefetch(Int(words[1 + window]) + 5)
        }
    }

    /// The next day on which something that is read leaves its window.
    @inline(__always)
    func nextLeaving(_ plan: Plan) -> Int64 {
        var next = Self.never
        let count = plan.windows.count
        for window in 0..<count { next = Swift.min(next, words[1 + count + window]) }
        return next
    }

    /// Puts the window's first event on one of a type that is read, and works out when that leaves. Complexity: the events
    /// of other types before it, `eventsPerPerson` at most.
    static func settle(
        _ window: Int, _ plan: Plan, _ history: borrowing History, _ words: inout MutableSpan<Int64>
    ) {
        var index = Int(words[1 + window])
        while index < history.count, !plan.reads(history.type(index)) { index += 1 }
        words[plan.stepsWord] &+= Int64(index) - words[1 + window]
        words[1 + window] = Int64(index)
        words[1 + plan.windows.count + window] =
            index < history.count ? Int64(history.day(index) + plan.windows[window]) : never
    }

    /// What is kept of this type's events must be looked up anew.
    @inline(__always)
    private static func touch(_ type: UInt8, _ plan: Plan, _ words: inout MutableSpan<Int64>) {
        for index in plan.cached.indices {
            let kept = plan.cached[index]
            if kept.types & 1 << type != 0 { words[Int(kept.word)] = unknown }
        }
    }
}

extension Plan.Tenure {
    /// An event was put at `index` of the history, inside of `windows` (bit by place).
    @inline(__always)
    fileprivate func take(
        _ event: KeptEvent, at index: Int, _ windows: UInt8, _ plan: Plan, _ words: inout MutableSpan<Int64>
    ) {
        let place = words[Int(word)]
        guard index <= place else { return }
        let isFirst = event.currency == currency && windows & 1 << (plan.windows.count - 1) != 0
        words[Int(word)] = isFirst ? Int64(index) : place + 1
    }
}
