/// What slots refer to by place, after some of them have gone.
extension History {
    /// Lets go of the words before the first that is in use, where they are many: what has gone is old as a rule, and so are
    /// its words.
    mutating func cutWides() {
        guard !wides.isEmpty else { return }
        var first = UInt32(wides.count)
        if let oldest = slots.indices.first(where: { slots[$0].wideCount > 0 }) {
            // Seldom far from the first in use, and found without a look at all.
            guard Int(slots[oldest].word) * Self.cutShare >= wides.count else { return }
            for index in oldest..<slots.count where slots[index].wideCount > 0 {
                first = min(first, slots[index].word)
            }
        }
        guard first > 0 else { return }
        wides.removeSubrange(0..<Int(first))
        for index in slots.indices where slots[index].wideCount > 0 { slots[index].word -= first }
    }

    private static let cutShare = 8

    /// Takes out the words of an event that has gone. Complexity: linear in events and words.
    mutating func cutWides(of gone: EventSlot) {
        guard gone.wideCount > 0 else { return }
        wides.removeSubrange(Int(gone.word)..<Int(gone.word) + gone.wideCount)
        var slots = slots.mutableSpan
        for index in slots.indices where slots[index].wideCount > 0 && slots[index].word > gone.word {
            slots[index].word -= UInt32(gone.wideCount)
        }
    }

    /// Takes obligations out of the table that no event names any more.
    mutating func forgetObligations() {
        guard !obligations.isEmpty else { return }
        var places = [16 of Int](repeating: 0)
        var missing = obligations.count
        for index in slots.indices {
            let place = slots[index].obligation
            if place > 0, places[place] == 0 {
                places[place] = 1
                missing -= 1
                if missing == 0 { return }
            }
        }
        var last = 0
        for place in 1...obligations.count where places[place] != 0 {
            last += 1
            places[place] = last
            obligations[last - 1] = obligations[place - 1]
        }
        obligations.removeSubrange(last..<obligations.count)
        for index in slots.indices where slots[index].obligation != 0 {
            slots[index].obligation = places[slots[index].obligation]
        }
    }
}
