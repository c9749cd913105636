import Events
import Log
import Telemetry

/// What a role measures of itself: counters, and how far it has read in each partition that it has and how old that is.
struct RoleMeter {
    var counters: RoleCounters
    /// Whether the group has given it partitions, be it none, and not taken them back.
    private(set) var isAssigned = false
    /// Of the last record read, or of the assignment before any, ms since the epoch.
    private var stamps: [Int32: Int64] = [:]

    /// Writes to these topics, and refuses for these reasons.
    init(topics: [String], reasons: [String] = []) { counters = RoleCounters(topics: topics, reasons: reasons) }

    /// `now` is ms since the epoch.
    mutating func begin(_ partitions: some Sequence<Int32>, now: Int64) {
        counters.assignments += 1
        isAssigned = true
        stamps = [:]
        for partition in partitions { stamps[partition] = now }
    }

    mutating func end() {
        isAssigned = false
        stamps = [:]
    }

    /// Takes note of records that have been worked on. Complexity: linear, about 1 ns a record.
    mutating func read(_ entries: ArraySlice<RecordBatch.Entry>) {
        counters.recordsRead += UInt64(entries.count)
        var last: RecordBatch.Entry?
        for entry in entries {
            if let last, last.partition != entry.partition { note(last) }
            last = entry
        }
        if let last { note(last) }
    }

    private mutating func note(_ entry: RecordBatch.Entry) {
        // No stamp of a producer's may make the age overflow.
        if stamps[entry.partition] != nil { stamps[entry.partition] = max(0, entry.timestamp) }
    }

    /// How each partition stands, by a question to the reader.
    func partitions(now: Int64, lag: (Int32) -> Int64?) -> [PartitionMeasures] {
        stamps.keys.sorted().map { partition in
            var measures = PartitionMeasures(partition: partition)
            measures.lagRecords = lag(partition)
            measures.lagMilliseconds = measures.lagRecords.map { $0 > 0 ? max(0, now - stamps[partition]!) : 0 }
            return measures
        }
    }
}

extension TimelineRecord {
    /// When the raw record was appended, ms, of a value that has been checked.
    static func appendedAt(in value: RawSpan) -> Int64 { value.load(littleEndianAt: 24) }
}
