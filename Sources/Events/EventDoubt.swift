/// A value that an event may have and hardly means. An event with a doubt is taken as it is: whoever sends it is told.
public enum EventDoubt: Equatable, Sendable {
    /// `occurredAt` is a time of early 1970, and would be a sensible one if it were seconds.
    case secondsForMilliseconds(occurredAt: Int64)
    /// A date in the body lies this many days before (negative) or after the event itself.
    case dateFarFromEvent(field: String, days: Int64)
    /// No model that is loaded reads amounts in this currency.
    case currencyNotRead(Currency)

    /// Below this many ms `occurredAt` is taken for seconds: ms until 1970-04-26, seconds until 2286.
    public static let secondsBelow: Int64 = 10_000_000_000
    /// How many days a date of the body may lie away from the event without a doubt.
    public static let daysApartMax: Int64 = 400

    /// A stable code for programs.
    public var code: String {
        switch self {
        case .secondsForMilliseconds: "secondsForMilliseconds"
        case .dateFarFromEvent: "dateFarFromEvent"
        case .currencyNotRead: "currencyNotRead"
        }
    }
}

extension EventDoubt: CustomStringConvertible {
    /// One sentence for the producer: the field, what looks wrong, and what follows.
    public var description: String {
        switch self {
        case .secondsForMilliseconds(let occurredAt):
            "occurredAt \(occurredAt) is \(Timestamp.text(occurredAt).prefix(10)) and looks like seconds: "
                + "give milliseconds, since an event of 1970 is too old to move a score"
        case .dateFarFromEvent(let field, let days):
            "\(field) lies \(days.magnitude) days \(days < 0 ? "before" : "after") occurredAt: "
                + "windows go by occurredAt, so check both"
        case .currencyNotRead(let currency):
            "currency \(currency) is read by none of the given models: the event moves no score"
        }
    }
}

extension Event {
    /// What looks wrong about this event, though it keeps the catalogue's rules.
    ///
    /// An event without a doubt costs no allocation. An `occurredAt` in seconds hides doubts about dates, which follow
    /// from it.
    /// - Parameter currencies: of the models that are loaded; nil where they are not known.
    public func doubts(currencies: [Currency]? = nil) -> [EventDoubt] {
        var doubts: [EventDoubt] = []
        if occurredAt < EventDoubt.secondsBelow {
            doubts.append(.secondsForMilliseconds(occurredAt: occurredAt))
        } else {
            appendDoubtsAboutDates(to: &doubts)
        }
        if let currency, let currencies, !currencies.contains(currency) {
            doubts.append(.currencyNotRead(currency))
        }
        return doubts
    }

    private func appendDoubtsAboutDates(to doubts: inout [EventDoubt]) {
        switch body {
        case .repayment(let repayment):
            doubt("repayment.dueDate", repayment.dueDate, &doubts)
            doubt("repayment.paidDate", repayment.paidDate, &doubts)
        case .bill(let bill):
            doubt("bill.dueDate", bill.dueDate, &doubts)
            doubt("bill.paidDate", bill.paidDate, &doubts)
        case .statement(let statement): doubt("statement.periodEnd", statement.periodEnd, &doubts)
        case .rental(let rental):
            doubt("rental.dueBackDate", rental.dueBackDate, &doubts)
            doubt("rental.returnedDate", rental.returnedDate, &doubts)
        case .cashFlow, .consent, .erasure, .correction, .dispute: break
        }
    }

    /// The field's name is only made where it is told.
    private func doubt(_ field: @autoclosure () -> String, _ date: CalendarDate?, _ doubts: inout [EventDoubt]) {
        guard let date else { return }
        let days = Int64(date.days) - occurredAt.floorDivided(by: Timestamp.dayMilliseconds)
        if days.magnitude > EventDoubt.daysApartMax { doubts.append(.dateFarFromEvent(field: field(), days: days)) }
    }
}
