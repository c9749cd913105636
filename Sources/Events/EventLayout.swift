// The event as it lies in a timeline record, after the person's key (schemas/timeline.md). Little endian.
//
//  0 i64 occurred at    8 u16 currency (0: none)   10 u8 length of event id   11 u8 length of producer
// 12 fixed fields of the type, in the order of the encoder below
//  … event id, producer, then the type's identifiers (each preceded by its length in the fixed fields)
extension Event {
    public func encode(into bytes: inout [UInt8]) {
        let start = bytes.count
        bytes.append(littleEndian: occurredAt)
        bytes.append(littleEndian: currency?.code ?? 0)
        bytes.append(id.length)
        bytes.append(producer.length)
        switch body {
        case .repayment(let repayment):
            bytes.append(bytes: [
                repayment.kind.rawValue, repayment.status.rawValue, repayment.obligation.length, 0,
            ])
            bytes.append(date: repayment.dueDate)
            bytes.append(date: repayment.paidDate)
            bytes.append(littleEndian: repayment.amountDueMinor)
            bytes.append(littleEndian: repayment.amountPaidMinor)
        case .bill(let bill):
            bytes.append(bytes: [bill.kind.rawValue, bill.status.rawValue, 0, 0])
            bytes.append(date: bill.dueDate)
            bytes.append(date: bill.paidDate)
            bytes.append(littleEndian: bill.amountDueMinor)
            bytes.append(littleEndian: bill.amountPaidMinor)
        case .statement(let statement):
            bytes.append(bytes: [statement.account.length, 0, 0, 0])
            bytes.append(date: statement.periodEnd)
            bytes.append(littleEndian: statement.daysPastDue)
            bytes.append(littleEndian: statement.creditLimitMinor)
            bytes.append(littleEndian: statement.balanceMinor)
            bytes.append(littleEndian: statement.minimumDueMinor)
        case .cashFlow(let flow):
            bytes.append(bytes: [flow.account.length, flow.direction.rawValue, flow.kind.rawValue, 0])
            bytes.append(littleEndian: flow.amountMinor)
            bytes.append(littleEndian: flow.balanceAfterMinor)
        case .rental(let rental):
            bytes.append(bytes: [rental.kind.rawValue, 0, 0, 0])
            bytes.append(date: rental.dueBackDate)
            bytes.append(date: rental.returnedDate)
            bytes.append(littleEndian: rental.depositHeldMinor)
            bytes.append(littleEndian: rental.depositKeptMinor)
        case .consent(let consent):
            bytes.append(bytes: [
                consent.action.rawValue, consent.purpose.rawValue, consent.grant.length,
                consent.subscriberReference.length,
            ])
            bytes.append(littleEndian: consent.expiresAt ?? -1)
        case .erasure:
            bytes.append(littleEndian: UInt32(0))
        case .correction(let correction):
            bytes.append(bytes: [correction.correctedEvent.length, 0, 0, 0])
        case .dispute(let dispute):
            bytes.append(bytes: [dispute.disputedEvent.length, 0, 0, 0])
        }
        assert(bytes.count - start == Self.nameOffset(of: type))
        bytes.append(span: id.span)
        bytes.append(span: producer.span)
        switch body {
        case .repayment(let repayment): bytes.append(span: repayment.obligation.span)
        case .statement(let statement): bytes.append(span: statement.account.span)
        case .cashFlow(let flow): bytes.append(span: flow.account.span)
        case .consent(let consent):
            bytes.append(span: consent.grant.span)
            bytes.append(span: consent.subscriberReference.span)
        case .correction(let correction): bytes.append(span: correction.correctedEvent.span)
        case .dispute(let dispute): bytes.append(span: dispute.disputedEvent.span)
        case .bill, .rental, .erasure: break
        }
    }

    /// Where event id and producer begin in the layout: after the header and the type's fixed fields.
    public static func nameOffset(of type: EventType) -> Int {
        switch type {
        case .repayment, .bill, .rental: 12 + 28
        case .statement: 12 + 36
        case .cashFlow: 12 + 20
        case .consent: 12 + 12
        case .erasure, .correction, .dispute: 12 + 4
        }
    }

    /// The identity of the event that is laid out in `bytes`, before anything of it is checked; 0 where they are too few.
    static func uncheckedIdentity(in bytes: RawSpan, type: EventType, of person: PersonKey) -> UInt64 {
        let idStart = nameOffset(of: type)
        guard bytes.byteCount > idStart else { return 0 }
        let idEnd = idStart + Int(bytes.load(littleEndianAt: 10, as: UInt8.self))
        let producerEnd = idEnd + Int(bytes.load(littleEndianAt: 11, as: UInt8.self))
        guard producerEnd <= bytes.byteCount, max(idEnd - idStart, producerEnd - idEnd) <= Identifier.maxCount else {
            return 0
        }
        return person.identity(
            producer: bytes.extracting(idEnd..<producerEnd), id: bytes.extracting(idStart..<idEnd))
    }

    /// The event that fills `bytes`.
    public init(decoding bytes: RawSpan, type: EventType) throws {
        var cursor = ByteCursor(bytes)
        let occurredAt = try cursor.take(Int64.self)
        let currency = try cursor.takeCurrency()
        let idLength = try cursor.take(UInt8.self)
        let producerLength = try cursor.take(UInt8.self)
        // Four bytes begin the fixed fields of every type: enumerations and lengths.
        let first = try cursor.take(UInt8.self)
        let second = try cursor.take(UInt8.self)
        let third = try cursor.take(UInt8.self)
        let fourth = try cursor.take(UInt8.self)
        // The identifiers lie behind the fixed fields.
        var names = ByteCursor(bytes, at: Self.nameOffset(of: type))
        guard names.remaining >= 0 else { throw TruncatedBytes(offset: cursor.offset) }
        let id = try names.takeIdentifier(idLength)
        let producer = try names.takeIdentifier(producerLength)
        let body: Body
        switch type {
        case .repayment:
            let dueDate = try cursor.takeDate()
            let paidDate = try cursor.takeOptionalDate()
            let amountDueMinor = try cursor.take(Int64.self)
            let amountPaidMinor = try cursor.take(Int64.self)
            body = .repayment(
                Repayment(
                    obligation: try names.takeIdentifier(third), kind: try checked(.init(rawValue: first)),
                    dueDate: dueDate, amountDueMinor: amountDueMinor, amountPaidMinor: amountPaidMinor,
                    paidDate: paidDate, status: try checked(.init(rawValue: second))))
        case .bill:
            let dueDate = try cursor.takeDate()
            let paidDate = try cursor.takeOptionalDate()
            let amountDueMinor = try cursor.take(Int64.self)
            let amountPaidMinor = try cursor.take(Int64.self)
            body = .bill(
                Bill(
                    kind: try checked(.init(rawValue: first)), dueDate: dueDate, amountDueMinor: amountDueMinor,
                    amountPaidMinor: amountPaidMinor, paidDate: paidDate, status: try checked(.init(rawValue: second))))
        case .statement:
            let periodEnd = try cursor.takeDate()
            let daysPastDue = try cursor.take(Int32.self)
            let creditLimitMinor = try cursor.take(Int64.self)
            let balanceMinor = try cursor.take(Int64.self)
            let minimumDueMinor = try cursor.take(Int64.self)
            body = .statement(
                Statement(
                    account: try names.takeIdentifier(first), periodEnd: periodEnd, creditLimitMinor: creditLimitMinor,
                    balanceMinor: balanceMinor, minimumDueMinor: minimumDueMinor, daysPastDue: daysPastDue))
        case .cashFlow:
            let amountMinor = try cursor.take(Int64.self)
            let balanceAfterMinor = try cursor.take(Int64.self)
            body = .cashFlow(
                CashFlow(
                    account: try names.takeIdentifier(first), direction: try checked(.init(rawValue: second)),
                    amountMinor: amountMinor, balanceAfterMinor: balanceAfterMinor,
                    kind: try checked(.init(rawValue: third))))
        case .rental:
            let dueBackDate = try cursor.takeDate()
            let returnedDate = try cursor.takeOptionalDate()
            let depositHeldMinor = try cursor.take(Int64.self)
            let depositKeptMinor = try cursor.take(Int64.self)
            body = .rental(
                Rental(
                    kind: try checked(.init(rawValue: first)), dueBackDate: dueBackDate, returnedDate: returnedDate,
                    depositHeldMinor: depositHeldMinor, depositKeptMinor: depositKeptMinor))
        case .consent:
            let expiresAt = try cursor.take(Int64.self)
            body = .consent(
                Consent(
                    grant: try names.takeIdentifier(third), purpose: try checked(.init(rawValue: second)),
                    subscriberReference: try names.takeIdentifier(fourth), action: try checked(.init(rawValue: first)),
                    expiresAt: expiresAt == -1 ? nil : expiresAt))
        case .erasure:
            body = .erasure(Erasure())
        case .correction:
            body = .correction(Correction(correctedEvent: try names.takeIdentifier(first)))
        case .dispute:
            body = .dispute(Dispute(disputedEvent: try names.takeIdentifier(first)))
        }
        try names.finish()
        // Set here and not by the other initializer: an event is some 300 bytes, and each call copies them.
        self.id = id
        self.producer = producer
        self.occurredAt = occurredAt
        self.currency = currency
        self.body = body
        self.type = type
        try check()
    }
}

private func checked<T>(_ value: T?) throws -> T {
    guard let value else { throw TimelineError.layout("enumeration") }
    return value
}

extension [UInt8] {
    /// Days since 1970-01-01; −1 for none.
    fileprivate mutating func append(date: CalendarDate?) {
        append(littleEndian: date?.days ?? -1)
    }
}

extension ByteCursor {
    @_lifetime(self: copy self)
    fileprivate mutating func takeDate() throws -> CalendarDate {
        try checked(try takeOptionalDate())
    }

    @_lifetime(self: copy self)
    fileprivate mutating func takeOptionalDate() throws -> CalendarDate? {
        let days = try take(Int32.self)
        return days == -1 ? nil : try checked(CalendarDate(days: days))
    }

    @_lifetime(self: copy self)
    fileprivate mutating func takeCurrency() throws -> Currency? {
        let code = try take(UInt16.self)
        return code == 0 ? nil : try checked(Currency(code: code))
    }

    @_lifetime(self: copy self)
    public mutating func takeIdentifier(_ length: UInt8) throws -> Identifier {
        try checked(Identifier(try take(count: Int(length))))
    }
}
