import Log

/// Counts, for each ticket, the records that are still under way.
///
/// Complexity: constant per record; 8 bytes per ticket that is not settled.
package struct DeliveryLedger {
    /// Why the first record failed that did; it stays, unless that one was only given up because of another.
    package private(set) var failure: String?
    /// What kind of failure that was: `.configuration` where a right is missing, which no restart mends.
    package private(set) var failureKind = LogError.Kind.undelivered
    /// Whether no record has failed but those that were given up because of another, whose own report is still to come.
    package private(set) var lacksCause = false
    package private(set) var deliveredCount = 0
    /// The ticket to which appends belong now.
    package private(set) var open: Ticket = 1
    /// The newest ticket that is settled.
    package private(set) var settled: Ticket = 0

    /// Records under way of the tickets `settled + 1 ... open`, from index `head` on.
    private var underway: [Int] = [0]
    private var head = 0

    package init() {}

    package mutating func appended(_ count: Int = 1) {
        underway[underway.count - 1] += count
    }

    package mutating func delivered(_ ticket: Ticket) {
        deliveredCount += 1
        leave(ticket)
    }

    /// - Parameter isConsequence: whether the record was given up because another failed.
    package mutating func failed(
        _ ticket: Ticket, _ reason: String, _ kind: LogError.Kind = .undelivered, isConsequence: Bool = false
    ) {
        if failure == nil || (lacksCause && !isConsequence) {
            failure = reason
            failureKind = kind
            lacksCause = isConsequence
        }
        leave(ticket)
    }

    /// Makes a failure known that no delivery report will tell.
    package mutating func broke(_ reason: String) {
        if failure == nil { failure = reason }
    }

    package mutating func seal() -> Ticket {
        let sealed = open
        open += 1
        underway.append(0)
        settle()
        return sealed
    }

    private mutating func leave(_ ticket: Ticket) {
        underway[head + Int(ticket - settled) - 1] -= 1
        settle()
    }

    private mutating func settle() {
        // A failed record is not under way, and is not delivered either: no ticket settles after it.
        while failure == nil, settled + 1 < open, underway[head] == 0 {
            settled += 1
            head += 1
        }
        if head > 64, head * 2 > underway.count {
            underway.removeFirst(head)
            head = 0
        }
    }
}
