import Checksums
import Events

/// An event as a person's state keeps it: what features read, and what tells duplicates and order. Fixed size; its
/// producer and id lie in the person's `names`.
struct KeptEvent: Equatable {
    var occurredAt: Int64
    /// XXH3 of the event's content: all of its layout but id and producer.
    var contentHash: UInt64
    /// Amounts by type: due | limit | flow | deposit held.
    var firstMinor: Int64
    /// paid | balance | balance after | deposit kept.
    var secondMinor: Int64
    /// The person's day of `occurredAt`.
    var day: Int32
    /// Calendar month of the paid date (repayment, bill) or period end (statement); see `CalendarDate.monthNumber`.
    var month: Int32
    /// Statement: days past due. Repayment, bill, rental: days late, 0 when on time or open.
    var daysPastDue: Int32
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

    var dueMinor: Int64 { firstMinor }
    var limitMinor: Int64 { firstMinor }
    var balanceMinor: Int64 { secondMinor }
    /// What was paid and stayed paid: a reversed payment counts as unpaid.
    var effectivePaidMinor: Int64 { status == PaymentStatus.reversed.rawValue ? 0 : secondMinor }

    /// Consents are kept for their ids alone: they date no person's day and enter no feature.
    var isConsent: Bool { type == EventType.consent.rawValue }
}

extension KeptEvent {
    init(_ event: Event, day: Int32, nameStart: UInt32, contentHash: UInt64) {
        self.init(
            occurredAt: event.occurredAt, contentHash: contentHash, firstMinor: 0, secondMinor: 0, day: day, month: 0,
            daysPastDue: 0, nameStart: nameStart, currency: event.currency?.code ?? 0, type: event.type.rawValue,
            kind: 0,
            status: 0, producerCount: UInt8(event.producer.count), idCount: UInt8(event.id.count))
        switch event.body {
        case .repayment(let repayment):
            set(repayment.amountDueMinor, repayment.amountPaidMinor, repayment.kind.rawValue, repayment.status.rawValue)
            month = repayment.paidDate?.monthNumber ?? CalendarDate(days: day)?.monthNumber ?? 0
            daysPastDue = Self.daysLate(due: repayment.dueDate, done: repayment.paidDate)
        case .bill(let bill):
            set(bill.amountDueMinor, bill.amountPaidMinor, bill.kind.rawValue, bill.status.rawValue)
            month = bill.paidDate?.monthNumber ?? CalendarDate(days: day)?.monthNumber ?? 0
            daysPastDue = Self.daysLate(due: bill.dueDate, done: bill.paidDate)
        case .statement(let statement):
            set(statement.creditLimitMinor, statement.balanceMinor, 0, 0)
            month = statement.periodEnd.monthNumber
            daysPastDue = statement.daysPastDue
        case .cashFlow(let flow):
            set(flow.amountMinor, flow.balanceAfterMinor, flow.kind.rawValue, flow.direction.rawValue)
        case .rental(let rental):
            set(rental.depositHeldMinor, rental.depositKeptMinor, rental.kind.rawValue, 0)
            daysPastDue = Self.daysLate(due: rental.dueBackDate, done: rental.returnedDate)
        case .consent, .erasure, .correction, .dispute: break
        }
    }

    private mutating func set(_ first: Int64, _ second: Int64, _ kind: UInt8, _ status: UInt8) {
        firstMinor = first
        secondMinor = second
        self.kind = kind
        self.status = status
    }

    private static func daysLate(due: CalendarDate, done: CalendarDate?) -> Int32 {
        done.map { max(0, $0.days - due.days) } ?? 0
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
