/// Durations counted in buckets that double: up to 1 ms, 2 ms, 4 ms … 65.536 s, and above. A quantile read from it is right
/// within a factor of two.
///
/// Complexity: constant, about 1 ns, no allocation.
public struct DurationHistogram: Equatable, Sendable {
    /// Of all buckets but the last, ms; a duration of just the bound is within.
    public static let boundsMilliseconds: [Int64] = (0...16).map { 1 << $0 }

    /// One more than there are bounds.
    public private(set) var counts = [UInt64](repeating: 0, count: boundsMilliseconds.count + 1)
    public private(set) var sumMilliseconds: UInt64 = 0

    public init() {}

    public var count: UInt64 { counts.reduce(0, +) }

    /// Counts `count` durations; a negative one, which clocks that differ bring, as none.
    public mutating func observe(milliseconds: Int64, count: UInt64 = 1) {
        let duration = UInt64(max(0, milliseconds))
        let bucket = duration <= 1 ? 0 : UInt64.bitWidth - (duration - 1).leadingZeroBitCount
        counts[min(bucket, counts.count - 1)] += count
        sumMilliseconds += duration * count
    }
}

/// Stamps of records whose outputs are on their way, equal neighbours together: 16 bytes a run, and a broker stamps all
/// records of a batch alike.
public struct StampRuns: Equatable, Sendable {
    private struct Run: Equatable {
        let stamp: Int64
        var count: UInt64
    }

    private var runs: [Run] = []

    public init() {}

    /// Takes note of so many records. Those without a stamp (0, −1) are left out. Complexity: amortized constant.
    public mutating func append(_ stamp: Int64, count: Int = 1) {
        guard stamp > 0, count > 0 else { return }
        if let last = runs.indices.last, runs[last].stamp == stamp {
            runs[last].count += UInt64(count)
        } else {
            runs.append(Run(stamp: stamp, count: UInt64(count)))
        }
    }

    public mutating func append(_ other: StampRuns) { runs += other.runs }

    public mutating func removeAll() { runs.removeAll(keepingCapacity: true) }

    /// Counts the time from each stamp to `now`, ms since the epoch.
    public func observe(in histogram: inout DurationHistogram, now: Int64) {
        for run in runs { histogram.observe(milliseconds: now - run.stamp, count: run.count) }
    }
}
