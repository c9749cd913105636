import Log

/// Notices a partition whose position stands still while there is more to read.
///
/// It counts checks, at most one a second, made only after the queue was found empty: so neither a caller that works
/// long nor a backlog of other partitions is taken for a stall. After ten checks without advance the log is asked for
/// the partition's end; three such answers in a row above the position, 30 s, are a stall. An answer that does not
/// come (a broker is down) starts the count again.
package struct StallWatch {
    package static let checksPerQuestion = 10
    package static let questionsPerCheck = 2
    package static let answersToStall = 3

    private struct Partition {
        var position: Int64
        var quietChecks = 0
        var answersAbove = 0
    }

    private var partitions: [Int32: Partition] = [:]
    private var nextCheck = ContinuousClock.Instant.now

    package init() {}

    /// Watches these partitions and no others.
    package mutating func watch(_ positions: [PartitionPosition]) {
        partitions = [:]
        for position in positions { partitions[position.partition] = Partition(position: position.offset) }
    }

    package var watched: [Int32] { partitions.keys.sorted() }

    /// Whether a second has gone by since the last check.
    package mutating func isDue(_ now: ContinuousClock.Instant = .now) -> Bool {
        guard now >= nextCheck, !partitions.isEmpty else { return false }
        nextCheck = now + .seconds(1)
        return true
    }

    package mutating func advance(_ partition: Int32, to position: Int64) {
        guard let known = partitions[partition], position > known.position else { return }
        partitions[partition] = Partition(position: position)
    }

    /// Counts one check; returns the partitions about which the log is to be asked now, the longest quiet first.
    package mutating func check() -> [Int32] {
        for partition in partitions.keys { partitions[partition]?.quietChecks += 1 }
        let quiet = partitions.filter { $0.value.quietChecks >= Self.checksPerQuestion }
        let order = quiet.sorted { ($1.value.quietChecks, $0.key) < ($0.value.quietChecks, $1.key) }
        return order.prefix(Self.questionsPerCheck).map(\.key)
    }

    /// Takes the log's answer: the end of what can be read, or nil where none came.
    /// Returns the position at which the partition stalls, if it does.
    package mutating func answer(_ partition: Int32, end: Int64?) -> Int64? {
        guard var known = partitions[partition] else { return nil }
        known.quietChecks = 0
        known.answersAbove = end.map { $0 > known.position } == true ? known.answersAbove + 1 : 0
        partitions[partition] = known
        return known.answersAbove >= Self.answersToStall ? known.position : nil
    }
}
