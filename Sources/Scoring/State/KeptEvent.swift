import Checksums
import Events

/// An event that features can read, unpacked from its slot: what a scan looks at. Lives in registers.
struct KeptEvent: Equatable {
    /// The person's day, and the millisecond within it.
    var day: Int32
    var millisecond: Int64
    /// `EventType` less `typeBase`.
    var type: UInt8
    /// Raw value of the type's kind; 0 where it has none.
    var kind: UInt8
    /// Raw value of the payment status or the direction; 0 where there is none.
    var status: UInt8
    /// Place in the partition's table of currencies.
    var currency: UInt8
    /// Statement: days past due. Repayment, bill, rental: days late, −1 while open, missed or reversed.
    var days: Int32
    /// Calendar month of the paid date (repayment, bill; of the day where there is none) or period end (statement), as
    /// `CalendarDate.monthNumber`; else of the day.
    var month: Int32
    /// Amounts by type, minor units: due | limit | flow | deposit held.
    var firstMinor: Int64
    /// paid | balance | balance after | deposit kept.
    var secondMinor: Int64
    /// Repayment: hash of producer and obligation. Statement: minimum due, minor units. Else 0.
    var third: UInt64

    static let typeBase: UInt8 = 15

    var minimumDueMinor: Int64 { Int64(bitPattern: third) }
    /// What was paid and stayed paid: a reversed payment counts as unpaid.
    var effectivePaidMinor: Int64 { status == PaymentStatus.reversed.rawValue ? 0 : secondMinor }
}

extension EventType {
    /// How slots and kept events say it; only of the types that features read.
    var kept: UInt8 { rawValue - KeptEvent.typeBase }
}

extension KeptEvent {
    /// nil for a consent, correction, erasure or dispute.
    init?(_ event: Event, day: Int32, millisecond: Int64, currency: UInt8) {
        guard event.isFinancial else { return nil }
        self.init(
            day: day, millisecond: millisecond, type: event.type.kept, kind: 0, status: 0, currency: currency, days: 0,
            month: CalendarDate.monthNumber(ofDay: day), firstMinor: 0, secondMinor: 0, third: 0)
        switch event.body {
        case .repayment(let repayment):
            set(repayment.amountDueMinor, repayment.amountPaidMinor, repayment.kind.rawValue, repayment.status.rawValue)
            set(due: repayment.dueDate, paid: repayment.paidDate, repayment.status)
            third = xxh3(repayment.obligation.span, seed: xxh3(event.producer.span))
        case .bill(let bill):
            set(bill.amountDueMinor, bill.amountPaidMinor, bill.kind.rawValue, bill.status.rawValue)
            set(due: bill.dueDate, paid: bill.paidDate, bill.status)
        case .statement(let statement):
            set(statement.creditLimitMinor, statement.balanceMinor, 0, 0)
            month = statement.periodEnd.monthNumber
            days = statement.daysPastDue
            third = UInt64(bitPattern: statement.minimumDueMinor)
        case .cashFlow(let flow):
            set(flow.amountMinor, flow.balanceAfterMinor, flow.kind.rawValue, flow.direction.rawValue)
        case .rental(let rental):
            set(rental.depositHeldMinor, rental.depositKeptMinor, rental.kind.rawValue, 0)
            days = Self.daysLate(due: rental.dueBackDate, done: rental.returnedDate)
        case .consent, .erasure, .correction, .dispute: break
        }
    }

    private mutating func set(_ first: Int64, _ second: Int64, _ kind: UInt8, _ status: UInt8) {
        firstMinor = first
        secondMinor = second
        self.kind = kind
        self.status = status
    }

    private mutating func set(due: CalendarDate, paid: CalendarDate?, _ status: PaymentStatus) {
        if let paid { month = paid.monthNumber }
        switch status {
        case .paid, .partial: days = Self.daysLate(due: due, done: paid)
        case .missed, .reversed: days = -1
        }
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
