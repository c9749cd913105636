import Log

/// One partition's records: what a broker holds, and what of it a read-committed reader sees.
///
/// ```
/// low            last stable      high
///  | r r t t M r | T r T          |        r record, t of an ended transaction, M its marker, T of an open one
/// ```
final class SimulatedPartition {
    let topic: String
    let number: Int32
    private(set) var low: Int64 = 0
    private(set) var high: Int64 = 0
    private var slots: [Slot] = []
    private var open: [(transaction: SimulatedTransaction, first: Int64)] = []

    private struct Slot {
        /// nil is a transaction's marker, which takes an offset and is never read.
        let record: SimulatedRecord?
        let offset: Int64
        let transaction: SimulatedTransaction?
    }

    init(topic: String, number: Int32) {
        self.topic = topic
        self.number = number
    }

    /// The first offset of an open transaction, beyond which nobody reads; else the high watermark.
    var lastStable: Int64 { open.map(\.first).min() ?? high }

    @discardableResult
    func append(_ record: SimulatedRecord, in transaction: SimulatedTransaction? = nil) -> Int64 {
        if let transaction, !open.contains(where: { $0.transaction === transaction }) {
            open.append((transaction, high))
        }
        var record = record
        record.partition = number
        record.offset = high
        slots.append(Slot(record: record, offset: high, transaction: transaction))
        high += 1
        return record.offset
    }

    func appendMarker(of transaction: SimulatedTransaction) {
        open.removeAll { $0.transaction === transaction }
        slots.append(Slot(record: nil, offset: high, transaction: nil))
        high += 1
    }

    /// Up to `count` committed records from `offset` on and below `end`, and where to read on: past markers and
    /// aborted records, too.
    func read(from offset: Int64, below end: Int64? = nil, count: Int) -> (records: [SimulatedRecord], next: Int64) {
        let end = min(end ?? high, lastStable)
        var next = max(offset, low)
        var records: [SimulatedRecord] = []
        for slot in slots[firstSlot(from: next)...] {
            if slot.offset >= end { break }
            if records.count == count { return (records, slot.offset) }
            next = slot.offset + 1
            if let record = slot.record, slot.transaction?.state != .aborted { records.append(record) }
        }
        return (records, max(next, end))
    }

    /// Binary search: offsets rise, with gaps.
    private func firstSlot(from offset: Int64) -> Int {
        var (lower, upper) = (0, slots.count)
        while lower < upper {
            let middle = (lower + upper) / 2
            if slots[middle].offset < offset { lower = middle + 1 } else { upper = middle }
        }
        return lower
    }

    func remove(below offset: Int64) {
        low = max(low, min(offset, high))
        slots.removeAll { $0.offset < low }
    }

    func remove(at offset: Int64) {
        slots.removeAll { $0.offset == offset && $0.record != nil }
    }
}

/// Records of one producer epoch that become visible together, or never.
final class SimulatedTransaction {
    enum State { case open, committed, aborted }

    private(set) var state = State.open
    private var touched: [SimulatedPartition] = []

    func append(_ record: SimulatedRecord, to partition: SimulatedPartition) {
        partition.append(record, in: self)
        if !touched.contains(where: { $0 === partition }) { touched.append(partition) }
    }

    /// Writes a marker to each partition touched: hence the gaps in offsets.
    func end(_ state: State) {
        guard self.state == .open else { return }
        self.state = state
        for partition in touched { partition.appendMarker(of: self) }
    }
}
