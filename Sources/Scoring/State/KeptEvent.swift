import Checksums
import Events

/// An event that features can read, as a person's state keeps it, with what tells duplicates and order. Fixed size; its
/// producer and id lie in the person's `names`.
struct KeptEvent: Equatable {
    var occurredAt: Int64
    /// XXH3 of the event's content: all of its layout but id and producer.
    var contentHash: UInt64
    /// Amounts by type: due | limit | flow | deposit held.
    var firstMinor: Int64
    /// paid | balance | balance after | deposit kept.
    var secondMinor: Int64
    /// Repayment: hash of producer and obligation. Statement: minimum due, minor units. Else 0.
    var third: UInt64
    /// The person's day of `occurredAt`.
    var day: Int32
    /// Calendar month of the paid date (repayment, bill; of the day where there is none) or period end (statement); see
    /// `CalendarDate.monthNumber`.
    var month: Int32
    /// Statement: days past due. Repayment, bill, rental: days late, −1 while open, missed or reversed.
    var days: Int32
    /// Where producer and id begin in the person's `names`.
    var nameStart: UInt32
    var currency: UInt16
    var type: UInt8
    /// Raw value of the type's kind; 0 where it has none.
    var kind: UInt8
    /// Raw value of the payment status or the direction; 0 where there is none.
    var status: UInt8
    var producerCount: UInt8
    var idCount: UInt8

    var minimumDueMinor: Int64 { Int64(bitPattern: third) }
    /// What was paid and stayed paid: a reversed payment counts as unpaid.
    var effectivePaidMinor: Int64 { status == PaymentStatus.reversed.rawValue ? 0 : secondMinor }
}

extension KeptEvent {
    init(_ event: Event, day: Int32, nameStart: UInt32, contentHash: UInt64) {
        self.init(
            occurredAt: event.occurredAt, contentHash: contentHash, firstMinor: 0, secondMinor: 0, third: 0, day: day,
            month: 0, days: 0, nameStart: nameStart, currency: event.currency?.code ?? 0, type: event.type.rawValue,
            kind: 0, status: 0, producerCount: UInt8(event.producer.count), idCount: UInt8(event.id.count))
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
        month = paid?.monthNumber ?? CalendarDate.monthNumber(ofDay: day)
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
    /// XXH3 of all but id and producer: two events with one id are duplicates exactly when this is equal.
    /// `scratch` is working memory, emptied here.
    func contentHash(scratch: inout [UInt8]) -> UInt64 {
        scratch.removeAll(keepingCapacity: true)
        encode(into: &scratch)
        // Id and producer stand at one place in the layout; the hash leaves them out by hashing around them.
        let nameStart = Self.nameOffset(of: type)
        let nameEnd = nameStart + id.count + producer.count
        let bytes = unsafe scratch.span.bytes
        return xxh3(bytes.extracting(nameEnd...), seed: xxh3(bytes.extracting(0..<nameStart)))
    }
}
