import Log
import Telemetry

/// Offsets whose outputs are on their way: committed only once all that was made from them is delivered.
struct InFlight {
    private var waiting: [(ticket: Ticket, offsets: [CommittedOffset])] = []
    /// Delivered, not yet committed; the newest of each partition.
    private var ready: [Int32: CommittedOffset] = [:]

    var isEmpty: Bool { waiting.isEmpty && ready.isEmpty }
    /// Batches whose outputs are not delivered yet.
    var undelivered: Int { waiting.count }

    mutating func append(_ ticket: Ticket, _ offsets: [CommittedOffset]) {
        waiting.append((ticket, offsets))
    }

    mutating func settle(through ticket: Ticket) {
        while let first = waiting.first, first.ticket <= ticket {
            for offset in first.offsets { ready[offset.partition] = offset }
            waiting.removeFirst()
        }
    }

    /// What may be committed now, by partition; it is the caller's from here on.
    mutating func takeReady() -> [CommittedOffset] {
        defer { ready.removeAll() }
        return ready.values.sorted { $0.partition < $1.partition }
    }

    var hasReady: Bool { !ready.isEmpty }

    mutating func removeAll() {
        waiting.removeAll()
        ready.removeAll()
    }
}

extension GroupReader {
    /// Commits; false, with a word in the journal, where the group has moved on without this member: whoever has the
    /// partitions now reads on from the last commit, and the next poll says so.
    func commitUnlessFenced(_ offsets: [CommittedOffset], _ journal: Journal) throws(LogError) -> Bool {
        do {
            try commit(offsets)
            return true
        } catch {
            guard error.kind == .fenced else { throw error }
            journal.warning(.fenced, ["reason": .text(error.description)])
            return false
        }
    }
}
