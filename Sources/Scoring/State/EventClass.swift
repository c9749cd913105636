import Events

/// What sort of event it is, in six bits: type, kind and status (or direction) together. A filter on them is a set of
/// classes, 64 bits, and one test of a bit.
///
/// ```
///  0 …  repayment, kind by status     12 …  bill, kind by status     32 …  cash flow, kind by direction
/// 48    statement                     49 …  rental, by kind
/// ```
struct EventClass: Equatable, BitwiseCopyable {
    let code: UInt8

    private static let bills: UInt8 = 12
    private static let flows: UInt8 = 32
    private static let statements: UInt8 = 48
    private static let rentals: UInt8 = 49
    static let end: UInt8 = 52

    @inline(__always)
    init(code: UInt8) { self.code = code }

    @inline(__always) var bit: UInt64 { 1 &<< UInt64(code) }

    init(_ kind: Repayment.Kind, _ status: PaymentStatus) { code = kind.rawValue * 4 + status.rawValue - 5 }
    init(_ kind: Bill.Kind, _ status: PaymentStatus) { code = Self.bills + kind.rawValue * 4 + status.rawValue - 5 }
    init(_ kind: CashFlow.Kind, _ direction: CashFlow.Direction) {
        code = Self.flows + kind.rawValue * 2 + direction.rawValue - 3
    }
    init(_ kind: Rental.Kind) { code = Self.rentals + kind.rawValue - 1 }
    static var statement: EventClass { EventClass(code: statements) }

    /// See `EventType.kept`.
    @inline(__always) var type: UInt8 {
        code < Self.bills ? 1 : code < Self.flows ? 2 : code < Self.statements ? 4 : code == Self.statements ? 3 : 5
    }

    /// Raw value of the type's kind; 0 where it has none.
    var kind: UInt8 {
        switch type {
        case 1: (code >> 2) + 1
        case 2: ((code - Self.bills) >> 2) + 1
        case 4: ((code - Self.flows) >> 1) + 1
        case 5: code - Self.rentals + 1
        default: 0
        }
    }

    /// Raw value of the payment status or the direction; 0 where there is none.
    @inline(__always) var status: UInt8 {
        code < Self.flows ? (code & 3) + 1 : code < Self.statements ? (code & 1) + 1 : 0
    }
}

/// A set of classes.
struct EventClasses: Equatable, BitwiseCopyable {
    private(set) var bits: UInt64 = 0

    init() {}

    static let all = EventClasses(type: 0, kind: 0, status: 0)

    /// Those of a type (`EventType.kept`; 0: all) with this kind and status; 0 lets every one pass.
    init(type: UInt8, kind: UInt8, status: UInt8) {
        for code in 0..<EventClass.end {
            let eventClass = EventClass(code: code)
            if type != 0 && eventClass.type != type || kind != 0 && eventClass.kind != kind { continue }
            if status == 0 || eventClass.status == status { bits |= 1 << UInt64(code) }
        }
    }

    @inline(__always)
    func contains(_ eventClass: EventClass) -> Bool { bits &>> UInt64(eventClass.code) & 1 != 0 }
}
