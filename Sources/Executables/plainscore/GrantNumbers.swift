import Log
import Telemetry

/// Counts per grant and opening: 1, 2, 3 …, which proves exactly once without help from the brokers.
struct GrantNumbers {
    /// After so long a topic of score changes may be compacted to the last change of each grant, ms.
    private static let compactionMilliseconds: Int64 = 7 * 86_400_000

    private(set) var recordCount = 0
    private(set) var errorCount = 0
    private var last: [Opening: Int64] = [:]
    private var firstMayBeAbove1: [Bool?]

    var openingCount: Int { last.count }

    private struct Opening: Hashable {
        let grant: String
        let opening: String
    }

    init(partitions: Int, start: WatchStart) {
        firstMayBeAbove1 = [Bool?](repeating: start == .end ? true : nil, count: partitions)
    }

    /// What is wrong with a record; nil where nothing is. A gap is reported once: counting goes on from the number seen.
    mutating func check(_ change: ScoreChangeLine?, _ entry: RecordBatch.Entry) -> String? {
        recordCount += 1
        let complaint = complaint(change, entry)
        if complaint != nil { errorCount += 1 }
        return complaint
    }

    private mutating func complaint(_ change: ScoreChangeLine?, _ entry: RecordBatch.Entry) -> String? {
        let partition = Int(entry.partition)
        let mayBeAbove1 = firstMayBeAbove1[partition] ?? Self.mayBeCompacted(first: entry)
        firstMayBeAbove1[partition] = mayBeAbove1
        guard let change else { return "no score change of this version" }

        let opening = Opening(grant: change.grant, opening: change.opening)
        defer { last[opening] = max(change.number, last[opening] ?? 0) }
        guard let last = last[opening] else {
            return change.number == 1 || mayBeAbove1
                ? nil : "\(change.grant) begins with number \(change.number): those before it are missing"
        }
        if change.number == last + 1 { return nil }
        return change.number > last
            ? "\(change.grant): number \(change.number) follows \(last): \(change.number - last - 1) missing"
            : "\(change.grant): number \(change.number) comes again after \(last)"
    }

    /// Compaction leaves alone what is younger than 7 days. It keeps a grant's last change among the old ones and all
    /// young ones, so it can take away only the beginning of a count.
    private static func mayBeCompacted(first entry: RecordBatch.Entry) -> Bool {
        entry.offset > 0 || entry.timestamp < wallMilliseconds() - compactionMilliseconds
    }
}
