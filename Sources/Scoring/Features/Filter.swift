import Events

/// Which events of a type a feature looks at: all conditions hold. The words stand here and nowhere else.
struct Filter: Equatable, Sendable {
    /// Raw values of a kind, and of a status or direction; 0 lets every one pass.
    var kind: UInt8 = 0
    var status: UInt8 = 0
    var timeliness: Timeliness?
    /// Statements in whose calendar month nothing was paid: the one condition that looks at other events.
    var isUnpaid = false
    var comparisons: [Comparison] = []

    enum Timeliness: Equatable { case onTime, late }

    struct Comparison: Equatable, Sendable, BitwiseCopyable {
        enum Operator: String, CaseIterable, BitwiseCopyable {
            // Longer ones first: the parser takes the first that fits.
            case lessOrEqual = "<="
            case greaterOrEqual = ">="
            case less = "<"
            case greater = ">"
        }
        let field: Field
        let comparison: Operator
        let bound: Int64
    }

    var isEmpty: Bool { self == Filter() }

    /// Whether all conditions hold but `unpaid` and those on kind and status, which `EventClasses` decide.
    @inline(__always)
    func passesBeyondClass(_ event: KeptEvent) -> Bool {
        switch timeliness {
        case nil: break
        case .onTime: if event.status != PaymentStatus.paid.rawValue || event.days != 0 { return false }
        case .late: if event.days <= 0 { return false }
        }
        for comparison in comparisons where !comparison.holds(for: event) { return false }
        return true
    }
}

extension Filter.Comparison {
    func holds(for event: KeptEvent) -> Bool {
        guard let value = field.value(in: event) else { return false }
        return switch comparison {
        case .less: value < bound
        case .lessOrEqual: value <= bound
        case .greater: value > bound
        case .greaterOrEqual: value >= bound
        }
    }
}

extension Filter {
    /// A word that stands for one condition on events of some type.
    enum Word: Equatable {
        case kind(UInt8)
        case status(UInt8)
        case timeliness(Timeliness)
        case unpaid
    }

    /// The words of a type, in the order in which they are listed.
    static func words(of type: EventType) -> [(text: String, word: Word)] {
        let statuses = PaymentStatus.allCases.map { (text: "\($0)", word: Word.status($0.rawValue)) }
        let late = (text: "late", word: Word.timeliness(.late))
        let timeliness = [(text: "on_time", word: Word.timeliness(.onTime)), late]
        switch type {
        case .repayment:
            return Repayment.Kind.allCases.map { ("\($0)", .kind($0.rawValue)) } + statuses + timeliness
        case .bill: return Bill.Kind.allCases.map { ("\($0)", .kind($0.rawValue)) } + statuses + timeliness
        case .statement: return [("unpaid", .unpaid)]
        case .cashFlow:
            return CashFlow.Kind.allCases.map { ("\($0)", .kind($0.rawValue)) }
                + CashFlow.Direction.allCases.map { ("\($0)", .status($0.rawValue)) }
        case .rental: return Rental.Kind.allCases.map { ("\($0)", .kind($0.rawValue)) } + [late]
        case .consent, .erasure, .correction, .dispute: return []
        }
    }

    /// Adds the condition; false where one of its kind is there already.
    mutating func add(_ word: Word) -> Bool {
        switch word {
        case .kind(let raw) where kind == 0: kind = raw
        case .status(let raw) where status == 0: status = raw
        case .timeliness(let raw) where timeliness == nil: timeliness = raw
        case .unpaid where !isUnpaid: isUnpaid = true
        default: return false
        }
        return true
    }
}

extension Filter.Word {
    /// What it means, what it reads as `Field.Facts` has it, and a number that words share of which one at most can stand
    /// in a filter.
    func facts(of type: EventType) -> (meaning: String, reads: [String], exclusion: Int) {
        let isRental = type == .rental
        let lateness = isRental ? ["due_back_date", "returned_date"] : ["due_date", "paid_date", "status"]
        return switch self {
        case .kind: ("the kind", ["kind"], 0)
        case .status where type == .cashFlow: ("the direction", ["direction"], 1)
        case .status: ("the status", ["status"], 1)
        case .timeliness(.onTime): ("status paid, and days late 0", lateness, 2)
        case .timeliness(.late): ("days late above 0", lateness, 2)
        case .unpaid:
            (
                "no repayment paid above 0, and not reversed, in the calendar month of the period end",
                ["period_end", "repayment.paid_date", "repayment.amount_paid", "repayment.status"], 3
            )
        }
    }
}
