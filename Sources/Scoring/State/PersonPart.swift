/// A person's arrays, by what a block of `StateMemory` says it is.
enum PersonPart: UInt8, CaseIterable {
    case slots, wides, obligations, names, filter, totals, ledger

    /// Bytes of an element.
    var stride: Int {
        switch self {
        case .slots: EventSlot.byteCount
        case .wides, .obligations, .filter, .totals: 8
        case .names, .ledger: 1
        }
    }
}

extension Person {
    /// Takes into `memory` what has grown since, and so lies on the heap; and sees to it that the next event has room, so that
    /// events as a rule grow there and not on the heap.
    mutating func settle(at slot: UInt32, in memory: inout StateMemory) {
        if events.slots.wantsRoom { move(.init(slot: slot, part: .slots), into: &memory) }
        for part in PersonPart.allCases where isOnHeap(part) {
            move(.init(slot: slot, part: part), into: &memory)
        }
    }

    private func isOnHeap(_ part: PersonPart) -> Bool {
        switch part {
        case .slots: events.slots.isOnHeap
        case .wides: events.wides.isOnHeap
        case .obligations: events.obligations.isOnHeap
        case .names: events.names.isOnHeap
        case .filter: events.filter.words.isOnHeap
        case .totals: totals.words.isOnHeap
        case .ledger: ledger.bytes.isOnHeap
        }
    }

    mutating func move(_ owner: StateMemory.Owner, into memory: inout StateMemory) {
        switch owner.part {
        case .slots: events.slots.move(into: &memory, for: owner, grows: true)
        case .wides: events.wides.move(into: &memory, for: owner)
        case .obligations: events.obligations.move(into: &memory, for: owner)
        case .names: events.names.move(into: &memory, for: owner)
        case .filter: events.filter.words.move(into: &memory, for: owner)
        case .totals: totals.words.move(into: &memory, for: owner)
        case .ledger: ledger.bytes.move(into: &memory, for: owner)
        }
    }
}
