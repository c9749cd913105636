/// The greatest tick time of each raw consents partition; the clock is the least of them, so while consents of one
/// partition are not being read, time stands still (invariant 2).
struct TickTimes: Equatable {
    private(set) var times: [Int64?] = []
    private(set) var clock: Int64?
    /// The clock when it first stood: no wait began before.
    private(set) var firstClock: Int64?

    init(partitions: Int = 0) { times = Array(repeating: nil, count: partitions) }

    init(times: [Int64?], clock: Int64?, firstClock: Int64?) {
        self.times = times
        self.clock = clock
        self.firstClock = firstClock
    }

    mutating func advance(partition: Int32, to time: Int64) {
        guard times.indices.contains(Int(partition)) else { return }
        times[Int(partition)] = max(times[Int(partition)] ?? time, time)
        var least: Int64? = .max
        for time in times { least = time.flatMap { time in least.map { min($0, time) } } }
        clock = least
        firstClock = firstClock ?? clock
    }
}
