import Events

/// An event as the oracle keeps it: what schemas/features.md lets a filter or a measure ask of it, answered from the event.
public final class PlainEvent: Sendable {
    public let event: Event
    /// The person's day of the event.
    public let day: Int32
    let person: PersonKey

    /// `person` is asked for where the order of events of one millisecond matters.
    public init(_ event: Event, of person: PersonKey = PersonKey(high: 0, low: 0), day: Int32) {
        self.event = event
        self.person = person
        self.day = day
    }

    public enum Word: String, CaseIterable, Sendable {
        case loan, card, instalment
        case rent, energy, water, telecom, insurance
        case paid, partial, missed, reversed
        case onTime = "on_time"
        case late
        case income, household, interest, penalty, transfer, cash, other
        case `in`, out
        case vehicle, equipment, dwelling
    }

    public enum Field: String, CaseIterable, Sendable {
        case due, paid
        case daysLate = "days_late"
        case limit, balance
        case minimumDue = "minimum_due"
        case balanceToLimit = "balance_to_limit_bp"
        case daysPastDue = "days_past_due"
        case amount
        case depositHeld = "deposit_held"
        case depositKept = "deposit_kept"
    }

    /// Whether the word, as a condition, holds.
    func holds(_ word: Word) -> Bool {
        switch word {
        case .onTime: status == .paid && value(of: .daysLate) == 0
        case .late: value(of: .daysLate).map { $0 > 0 } ?? false
        case .paid: status == .paid
        case .partial: status == .partial
        case .missed: status == .missed
        case .reversed: status == .reversed
        default:
            switch event.body {
            case .repayment(let repayment): word.names(repayment.kind)
            case .bill(let bill): word.names(bill.kind)
            case .cashFlow(let flow): word.names(flow.kind) || word.names(flow.direction)
            case .rental(let rental): word.names(rental.kind)
            case .statement, .consent, .erasure, .correction, .dispute: false
            }
        }
    }

    /// The field's value; nil where this event has none.
    func value(of field: Field) -> Int64? {
        switch (field, event.body) {
        case (.due, .repayment(let repayment)): repayment.amountDueMinor
        case (.due, .bill(let bill)): bill.amountDueMinor
        case (.paid, .repayment(let repayment)): repayment.status == .reversed ? 0 : repayment.amountPaidMinor
        case (.paid, .bill(let bill)): bill.status == .reversed ? 0 : bill.amountPaidMinor
        case (.daysLate, .repayment(let repayment)):
            Self.daysLate(due: repayment.dueDate, paid: repayment.paidDate, repayment.status)
        case (.daysLate, .bill(let bill)): Self.daysLate(due: bill.dueDate, paid: bill.paidDate, bill.status)
        case (.daysLate, .rental(let rental)):
            rental.returnedDate.map { max(0, Int64($0.days) - Int64(rental.dueBackDate.days)) }
        case (.limit, .statement(let statement)): statement.creditLimitMinor
        case (.balance, .statement(let statement)): statement.balanceMinor
        case (.minimumDue, .statement(let statement)): statement.minimumDueMinor
        case (.balanceToLimit, .statement(let statement)):
            statement.creditLimitMinor == 0
                ? nil : floor(Int128(statement.balanceMinor) * 10_000, Int128(statement.creditLimitMinor))
        case (.daysPastDue, .statement(let statement)): Int64(statement.daysPastDue)
        case (.amount, .cashFlow(let flow)): flow.amountMinor
        case (.balance, .cashFlow(let flow)): flow.balanceAfterMinor
        case (.depositHeld, .rental(let rental)): rental.depositHeldMinor
        case (.depositKept, .rental(let rental)): rental.depositKeptMinor
        default: nil
        }
    }

    private static func daysLate(due: CalendarDate, paid: CalendarDate?, _ status: PaymentStatus) -> Int64? {
        guard let paid, status == .paid || status == .partial else { return nil }
        return max(0, Int64(paid.days) - Int64(due.days))
    }

    private var status: PaymentStatus? {
        switch event.body {
        case .repayment(let repayment): repayment.status
        case .bill(let bill): bill.status
        default: nil
        }
    }

    /// The calendar month of the event's day.
    var month: Int32 { monthNumber(ofDay: day) }

    /// The calendar month for which a repayment counts, when money came and stayed; nil else.
    var monthPaid: Int32? {
        guard case .repayment(let repayment) = event.body, repayment.status != .reversed, repayment.amountPaidMinor > 0
        else { return nil }
        return repayment.paidDate.map { monthNumber(ofDay: $0.days) } ?? month
    }
}

extension PlainEvent.Word {
    fileprivate func names(_ kind: Repayment.Kind) -> Bool {
        switch kind {
        case .loan: self == .loan
        case .card: self == .card
        case .instalment: self == .instalment
        }
    }

    fileprivate func names(_ kind: Bill.Kind) -> Bool {
        switch kind {
        case .rent: self == .rent
        case .energy: self == .energy
        case .water: self == .water
        case .telecom: self == .telecom
        case .insurance: self == .insurance
        }
    }

    fileprivate func names(_ kind: CashFlow.Kind) -> Bool {
        switch kind {
        case .income: self == .income
        case .household: self == .household
        case .loan: self == .loan
        case .interest: self == .interest
        case .penalty: self == .penalty
        case .transfer: self == .transfer
        case .cash: self == .cash
        case .other: self == .other
        }
    }

    fileprivate func names(_ direction: CashFlow.Direction) -> Bool {
        switch direction {
        case .in: self == .in
        case .out: self == .out
        }
    }

    fileprivate func names(_ kind: Rental.Kind) -> Bool {
        switch kind {
        case .vehicle: self == .vehicle
        case .equipment: self == .equipment
        case .dwelling: self == .dwelling
        }
    }
}

/// Rounded down, also below zero; held at the ends of Int64.
func floor(_ numerator: Int128, _ denominator: Int128) -> Int64 {
    let quotient = numerator / denominator
    return Int64(
        clamping: numerator % denominator != 0 && (numerator < 0) != (denominator < 0) ? quotient - 1 : quotient)
}

/// Months since January of year 0, counted from 1970 one month at a time.
func monthNumber(ofDay day: Int32) -> Int32 { monthOfDay[Int(day) + 1] }

/// From the day before 1970-01-01 to the day after 2199-12-31.
private let monthOfDay: [Int32] = {
    var months: [Int32] = [1969 * 12 + 11]
    for year in 1970...2200 {
        let isLeap = year % 4 == 0 && year % 100 != 0 || year % 400 == 0
        for (month, length) in [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31].enumerated() {
            months += Array(repeating: Int32(year * 12 + month), count: length)
        }
    }
    return months
}()
