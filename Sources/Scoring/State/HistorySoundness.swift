import Events

/// What a history of a snapshot must be, so that reading and changing it can rely on it: its checksums do not say that a
/// fold wrote it.
extension History {
    /// Whether all that slots name is there, each number lies in the catalogue's range, times never fall, and the names follow
    /// one another without a gap. Complexity: linear.
    var isSound: Bool {
        guard slots.count <= FoldLimits.eventsPerPerson, obligations.count <= EventSlot.obligationMax, areNamesSound
        else { return false }
        for index in slots.indices {
            let slot = slots[index]
            guard slot.isSound, slot.obligation <= obligations.count else { return false }
            if index > 0, slots[index - 1].isAfter(slot) { return false }
            if slot.wideCount > 0, Int(slot.word) + slot.wideCount > wides.count || !isSound(wide: slot) {
                return false
            }
        }
        return true
    }

    private func isSound(wide slot: EventSlot) -> Bool {
        guard slot.form == EventSlot.Form.wide else { return true }  // two halves of a word, and each fits
        let place = Int(slot.word)
        let calendar = WideCalendar(word: wides[place])
        let amounts = -EventRules.amountMax...EventRules.amountMax
        let isStatement = slot.eventClass.type == EventType.statement.kept
        return (-CalendarDate.monthsMax...CalendarDate.monthsMax).contains(calendar.monthOffset)
            && (-1...CalendarDate.last.days).contains(calendar.days) && amounts.contains(wides[place + 1])
            && amounts.contains(wides[place + 2]) && (!isStatement || amounts.contains(wides[place + 3]))
    }

    /// Each entry ends where its lengths say, and says so in its last byte: see `names`.
    private var areNamesSound: Bool {
        var start = 0
        while start < names.count {
            guard names.count - start > Self.nameHeader else { return false }
            let lengths = [names[start + 12], names[start + 13]]
            guard lengths.allSatisfy({ (1...UInt8(Identifier.maxCount)).contains($0) }) else { return false }
            let end = start + Self.nameHeader + lengths.reduce(0) { $0 + Int($1) }
            guard end < names.count, Int(names[end]) == end - start else { return false }
            start = end + 1
        }
        return true
    }
}

extension EventSlot {
    /// Whether its own fields lie in their ranges.
    fileprivate var isSound: Bool {
        eventClass.code < EventClass.end && millisecond < Timestamp.dayMilliseconds
            && day <= CalendarDate.last.days + 1
    }
}
