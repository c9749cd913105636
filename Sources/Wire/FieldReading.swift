import Events

// From what came to the catalogue's values; each way to be wrong has one reason.
extension FieldSlots {
    func identifier(_ field: some MessageField) throws(Refusal) -> Identifier {
        let slot = try text(field)
        guard let identifier = Identifier(slot.span) else {
            throw fault(
                .invalidIdentifier, field, slot, "give 1 to \(Identifier.maxCount) characters of A-Z a-z 0-9 . _ : -")
        }
        return identifier
    }

    func date(_ field: some MessageField) throws(Refusal) -> CalendarDate {
        let slot = try text(field)
        guard let date = CalendarDate(slot.span) else {
            throw fault(.invalidDate, field, slot, "give a calendar date of 1970 to 2199 as YYYY-MM-DD")
        }
        return date
    }

    func optionalDate(_ field: some MessageField) throws(Refusal) -> CalendarDate? {
        self[field].isPresent ? try date(field) : nil
    }

    func optionalCurrency(_ field: some MessageField) throws(Refusal) -> Currency? {
        guard self[field].isPresent else { return nil }
        let slot = try text(field)
        guard let currency = Currency(slot.span) else {
            throw fault(.invalidCurrency, field, slot, "give an ISO 4217 code: three capital letters")
        }
        return currency
    }

    func integer(_ field: some MessageField) throws(Refusal) -> Int64 {
        try self[try present(field)].wholeNumber(path(field.name))
    }

    func optionalInteger(_ field: some MessageField) throws(Refusal) -> Int64? {
        self[field].isPresent ? try integer(field) : nil
    }

    func enumeration<Value: WireEnum>(_ field: some MessageField, _ type: Value.Type = Value.self) throws(Refusal)
        -> Value
    {
        let slot = self[try present(field)]
        var found: Value?
        switch slot.kind {
        case .enumeration:
            found = UInt8(exactly: slot.integer).flatMap(Value.init(rawValue:))
        case .text:
            found = Value.names.index(of: slot.span).flatMap { Value(rawValue: UInt8($0 + 1)) }
        default:
            throw Refusal(.wrongType, path(field.name), "give the value's name as a string")
        }
        guard let found else {
            let names = Value.allCases.map(\.wireName).joined(separator: ", ")
            throw fault(.unknownValue, field, slot, "give one of \(names)")
        }
        return found
    }

    /// The place of a field that must be there.
    private func present(_ field: some MessageField) throws(Refusal) -> Int {
        guard self[field].isPresent else {
            throw Refusal(.missingField, path(field.name), "give this field: it is required")
        }
        return field.rawValue
    }

    private func text(_ field: some MessageField) throws(Refusal) -> Slot {
        let slot = self[try present(field)]
        guard slot.kind == .text else { throw Refusal(.wrongType, path(field.name), "give a string") }
        return slot
    }

    /// Protobuf's strings are not checked for UTF-8 before; JSON's are, and never fail here.
    private func fault(_ reason: RefusalReason, _ field: some MessageField, _ slot: Slot, _ mend: String) -> Refusal {
        if slot.kind == .text, !slot.isUTF8 { return Refusal(.invalidUTF8, path(field.name), "write text as UTF-8") }
        return Refusal(reason, path(field.name), mend)
    }
}

extension Slot {
    /// A 64-bit integer, as a number or as a string of its digits.
    func wholeNumber(_ path: @autoclosure () -> String) throws(Refusal) -> Int64 {
        switch kind {
        case .integer:
            return integer
        case .text:
            switch decimal(span) {
            case .number(let number): return number
            case .overflow: throw Refusal(.outOfRange, path(), "give a number that 64 bits hold")
            case .other: break
            }
        case .largeInteger:
            throw Refusal(.outOfRange, path(), "give a number that 64 bits hold")
        default: break
        }
        throw Refusal(.wrongType, path(), "give a whole number without fraction or exponent")
    }

    fileprivate var isUTF8: Bool {
        unsafe span.withUnsafeBytes { unsafe String(validating: $0, as: UTF8.self) != nil }
    }
}

private enum Decimal {
    case number(Int64)
    case overflow
    case other
}

/// `-?[0-9]+`, without needless zeros in front.
private func decimal(_ text: RawSpan) -> Decimal {
    var index = 0
    let isNegative = text.byteCount > 0 && text.load(littleEndianAt: 0, as: UInt8.self) == UInt8(ascii: "-")
    if isNegative { index = 1 }
    guard index < text.byteCount else { return .other }
    if text.byteCount > index + 1, text.load(littleEndianAt: index, as: UInt8.self) == UInt8(ascii: "0") {
        return .other
    }
    var number: Int64 = 0
    var overflow = false
    while index < text.byteCount {
        let digit = text.load(littleEndianAt: index, as: UInt8.self) &- UInt8(ascii: "0")
        guard digit <= 9 else { return .other }
        let (tenfold, first) = number.multipliedReportingOverflow(by: 10)
        let (next, second) = tenfold.addingReportingOverflow(isNegative ? -Int64(digit) : Int64(digit))
        overflow = overflow || first || second
        number = next
        index += 1
    }
    return overflow ? .overflow : .number(number)
}
