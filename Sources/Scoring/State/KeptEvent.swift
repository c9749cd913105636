import Checksums
import Events

/// An event that features can read, unpacked from its slot: what a scan looks at. Lives in registers.
struct KeptEvent: Equatable {
    /// The person's day, and the millisecond within it.
    var day: Int32
    var millisecond: Int64
    var eventClass: EventClass
    /// Place in the partition's table of currencies.
    var currency: UInt8
    /// Statement: days past due. Repayment, bill, rental: days late, −1 while open, missed or reversed.
    var days: Int32
    /// Months from that of the day to that of the paid date (repayment, bill; 0 where there is none) or of the period's
    /// end (statement).
    var monthOffset: Int32
    /// Amounts by type, minor units: due | limit | flow | deposit held.
    var firstMinor: Int64
    /// paid | balance | balance after | deposit kept.
    var secondMinor: Int64
    /// Repayment: hash of producer and obligation. Statement: minimum due, minor units. Else 0.
    var third: UInt64

    @inline(__always) var type: UInt8 { eventClass.type }
    @inline(__always) var status: UInt8 { eventClass.status }
    var minimumDueMinor: Int64 { Int64(bitPattern: third) }
    /// What was paid and stayed paid: a reversed payment counts as unpaid.
    @inline(__always) var effectivePaidMinor: Int64 {
        status == PaymentStatus.reversed.rawValue ? 0 : secondMinor
    }
}

extension EventType {
    private static let typeBase: UInt8 = 15

    /// How slots and kept events say it, from 1; only of the types that features read.
    var kept: UInt8 { rawValue - Self.typeBase }

    init(kept: UInt8) { self.init(rawValue: kept + Self.typeBase)! }
}

extension KeptEvent {
    /// nil for a consent, correction, erasure or dispute. `person`: whose event it is.
    init?(_ event: Event, of person: PersonKey, day: Int32, millisecond: Int64, currency: UInt8) {
        self.init(
            day: day, millisecond: millisecond, eventClass: .statement, currency: currency, days: 0, monthOffset: 0,
            firstMinor: 0, secondMinor: 0, third: 0)
        switch event.body {
        case .repayment(let repayment):
            eventClass = EventClass(repayment.kind, repayment.status)
            set(repayment.amountDueMinor, repayment.amountPaidMinor)
            set(due: repayment.dueDate, paid: repayment.paidDate, repayment.status)
            third = person.obligation(producer: event.producer, repayment.obligation)
        case .bill(let bill):
            eventClass = EventClass(bill.kind, bill.status)
            set(bill.amountDueMinor, bill.amountPaidMinor)
            set(due: bill.dueDate, paid: bill.paidDate, bill.status)
        case .statement(let statement):
            set(statement.creditLimitMinor, statement.balanceMinor)
            set(month: statement.periodEnd)
            days = statement.daysPastDue
            third = UInt64(bitPattern: statement.minimumDueMinor)
        case .cashFlow(let flow):
            eventClass = EventClass(flow.kind, flow.direction)
            set(flow.amountMinor, flow.balanceAfterMinor)
        case .rental(let rental):
            eventClass = EventClass(rental.kind)
            set(rental.depositHeldMinor, rental.depositKeptMinor)
            days = Self.daysLate(due: rental.dueBackDate, done: rental.returnedDate)
        case .consent, .erasure, .correction, .dispute: return nil
        }
    }

    private mutating func set(_ first: Int64, _ second: Int64) {
        firstMinor = first
        secondMinor = second
    }

    private mutating func set(due: CalendarDate, paid: CalendarDate?, _ status: PaymentStatus) {
        if let paid { set(month: paid) }
        switch status {
        case .paid, .partial: days = Self.daysLate(due: due, done: paid)
        case .missed, .reversed: days = -1
        }
    }

    /// Most are dated on the day itself, which costs no civil date.
    private mutating func set(month date: CalendarDate) {
        guard date.days != day else { return }
        monthOffset = date.monthNumber - CalendarDate.monthNumber(ofDay: day)
    }

    private static func daysLate(due: CalendarDate, done: CalendarDate?) -> Int32 {
        done.map { max(0, $0.days - due.days) } ?? -1
    }
}

extension Event {
    /// XXH3 of all but id and producer: two events with one id are duplicates exactly when this is equal. `encoded` is
    /// the event as the timeline holds it.
    func contentHash(encoded bytes: RawSpan) -> UInt64 {
        // Id and producer stand at one place in the layout; the hash leaves them out by hashing around them.
        let nameStart = Self.nameOffset(of: type)
        let nameEnd = nameStart + id.count + producer.count
        return xxh3(bytes.extracting(nameEnd...), seed: xxh3(bytes.extracting(0..<nameStart)))
    }

    /// The same of an event that is not at hand as bytes; `scratch` is working memory, emptied here.
    func contentHash(scratch: inout [UInt8]) -> UInt64 {
        scratch.removeAll(keepingCapacity: true)
        encode(into: &scratch)
        return contentHash(encoded: unsafe scratch.span.bytes)
    }
}
