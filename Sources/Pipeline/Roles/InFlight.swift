import Log
import Telemetry

/// Offsets whose outputs are on their way: committed only once all that was made from them is delivered.
struct InFlight {
    private var waiting: [(ticket: Ticket, offsets: [CommittedOffset], inputs: StampRuns)] = []
    /// Delivered, not yet committed; the newest of each partition.
    private var ready: [Int32: CommittedOffset] = [:]
    /// Of the records whose outputs are delivered and whose offsets are not yet committed.
    private var readyInputs = StampRuns()

    var isEmpty: Bool { waiting.isEmpty && ready.isEmpty }
    /// Batches whose outputs are not delivered yet.
    var undelivered: Int { waiting.count }

    /// `inputs`: the stamps of the records that the outputs were made from.
    mutating func append(_ ticket: Ticket, _ offsets: [CommittedOffset], inputs: StampRuns) {
        waiting.append((ticket, offsets, inputs))
    }

    mutating func settle(through ticket: Ticket) {
        while let first = waiting.first, first.ticket <= ticket {
            for offset in first.offsets { ready[offset.partition] = offset }
            readyInputs.append(first.inputs)
            waiting.removeFirst()
        }
    }

    /// What may be committed now, by partition; it is the caller's from here on.
    mutating func takeReady() -> (offsets: [CommittedOffset], inputs: StampRuns) {
        defer {
            ready.removeAll()
            readyInputs.removeAll()
        }
        return (ready.values.sorted { $0.partition < $1.partition }, readyInputs)
    }

    var hasReady: Bool { !ready.isEmpty }

    /// How long a step may wait for input, ms: outputs on their way want a look soon, delivered ones are committed at
    /// `commitAt`.
    func wait(atMost milliseconds: Int, now: Int64, commitAt: Int64) -> Int {
        if isEmpty { return milliseconds }
        return min(milliseconds, undelivered > 0 ? 5 : Int(max(0, commitAt - now)))
    }

    mutating func removeAll() {
        waiting.removeAll()
        ready.removeAll()
        readyInputs.removeAll()
    }
}

extension GroupReader {
    /// Commits, and counts how long it took and how old the inputs were by then; false, with a word in the journal, where
    /// the group has moved on without this member: whoever has the partitions now reads on from the last commit, and the
    /// next poll says so.
    func commitUnlessFenced(
        _ ready: (offsets: [CommittedOffset], inputs: StampRuns), _ journal: Journal, _ context: RoleContext,
        _ counters: inout RoleCounters
    ) throws(LogError) -> Bool {
        let began = context.clock()
        do {
            try commit(ready.offsets)
        } catch {
            guard error.kind == .fenced else { throw error }
            journal.warning(.fenced, ["reason": .text(error.description)])
            counters.fences += 1
            return false
        }
        counters.commits += 1
        counters.commitDuration.observe(milliseconds: context.clock() - began)
        ready.inputs.observe(in: &counters.latency, now: context.wallClock())
        return true
    }
}
