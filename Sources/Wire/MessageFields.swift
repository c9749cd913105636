import Events

// The members of each message, in the order of their numbers in event.proto. The name of a case is the name in JSON,
// here and nowhere else; a test compares all of them with the tables that protoc-c made of the schema.

protocol MessageField: RawRepresentable<Int>, CaseIterable, Sendable {}

extension MessageField {
    var name: String { "\(self)" }
    static var names: [String] { allCases.map(\.name) }
}

/// The members of Event beside its body.
enum EventField: Int, MessageField { case eventId, person, producer, occurredAt, currency }

enum RepaymentField: Int, MessageField { case obligation, kind, dueDate, amountDue, amountPaid, paidDate, status }
enum BillField: Int, MessageField { case kind, dueDate, amountDue, amountPaid, paidDate, status }
enum StatementField: Int, MessageField { case account, periodEnd, creditLimit, balance, minimumDue, daysPastDue }
enum CashFlowField: Int, MessageField { case account, direction, amount, balanceAfter, kind }
enum RentalField: Int, MessageField { case kind, dueBackDate, returnedDate, depositHeld, depositKept }
enum ConsentField: Int, MessageField { case grant, purpose, subscriberReference, action, expiresAt }
enum CorrectionField: Int, MessageField { case correctedEvent }
enum DisputeField: Int, MessageField { case disputedEvent }

/// The bodies, in the order of their numbers; body n is member `EventField.allCases.count + n` of Event.
enum EventMembers {
    static let bodies: [EventType] = EventType.allCases
    static let firstBody = EventField.allCases.count
    static let eventNames = MemberNames(EventField.names + bodies.map(\.name))
    static let bodyNames: [MemberNames] = bodies.map { MemberNames(memberNames(of: $0)) }

    /// The members of Event (nil) or of a body, in the order of their numbers.
    static func names(of type: EventType?) -> MemberNames {
        type.map { bodyNames[place(of: $0)] } ?? eventNames
    }

    /// The place of a body among `bodies`.
    static func place(of type: EventType) -> Int { bodies.firstIndex(of: type)! }

    /// The body whose member of Event has this name. Cold.
    static func body(named name: RawSpan) -> EventType? {
        guard let place = eventNames.index(of: name), place >= firstBody else { return nil }
        return bodies[place - firstBody]
    }

    static func memberNames(of type: EventType) -> [String] {
        switch type {
        case .repayment: RepaymentField.names
        case .bill: BillField.names
        case .statement: StatementField.names
        case .cashFlow: CashFlowField.names
        case .rental: RentalField.names
        case .consent: ConsentField.names
        case .erasure: []
        case .correction: CorrectionField.names
        case .dispute: DisputeField.names
        }
    }
}

/// A catalogue enum whose values go by the names of its cases in capitals, and by their raw values in Protobuf.
protocol WireEnum: RawRepresentable<UInt8>, CaseIterable, Sendable {
    /// In the order of the raw values, which are 1, 2, 3 ….
    static var names: NameList { get }
}

extension WireEnum {
    var wireName: String { "\(self)".uppercased() }
    static var wireNames: [String] { allCases.map(\.wireName) }

    static func nameList() -> NameList {
        precondition(allCases.map(\.rawValue).elementsEqual(1...UInt8(allCases.count)))
        return NameList(wireNames)
    }
}

extension Repayment.Kind: WireEnum { static let names = nameList() }
extension PaymentStatus: WireEnum { static let names = nameList() }
extension Bill.Kind: WireEnum { static let names = nameList() }
extension CashFlow.Direction: WireEnum { static let names = nameList() }
extension CashFlow.Kind: WireEnum { static let names = nameList() }
extension Rental.Kind: WireEnum { static let names = nameList() }
extension Purpose: WireEnum { static let names = nameList() }
extension Consent.Action: WireEnum { static let names = nameList() }
