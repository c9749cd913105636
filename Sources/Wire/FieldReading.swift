import Events

// From what came to the catalogue's values; each way to be wrong has one reason.
extension FieldSlots {
    func identifier(_ field: some MessageField) throws(Refusal) -> Identifier {
        let slot = try text(field)
        guard let identifier = Identifier(slot.span) else {
            if slot.kind == .excused { return .standIn }
            throw fault(
                .invalidIdentifier, field, slot, "give 1 to \(Identifier.maxCount) characters of A-Z a-z 0-9 . _ : -")
        }
        return identifier
    }

    func date(_ field: some MessageField) throws(Refusal) -> CalendarDate {
        let slot = try text(field, "a date as YYYY-MM-DD")
        guard let date = CalendarDate(slot.span) else {
            if slot.kind == .excused { return .first }
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
            if slot.kind == .excused { return .standIn }
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
        case .excused:
            found = Value(rawValue: 1)
        default:
            let names = Value.wireNames.joined(separator: ", ")
            throw Refusal(.wrongType, path(field.name), "give the value's name as a string, one of \(names)")
        }
        guard let found else { throw fault(.unknownValue, field, slot, Self.unknownValueMend(slot, Value.self)) }
        return found
    }

    /// Cold.
    private static func unknownValueMend<Value: WireEnum>(_ slot: Slot, _ type: Value.Type) -> String {
        let names = Value.wireNames
        guard slot.kind == .text else {
            return "give one of " + Value.allCases.map { "\($0.wireName) (\($0.rawValue))" }.joined(separator: ", ")
        }
        let all = names.joined(separator: ", ")
        let near = nearestValue(to: printable(slot.span), among: names)
        return near.map { "write \($0): it is one of \(all)" } ?? "give one of \(all)"
    }

    /// The place of a field that must be there.
    private func present(_ field: some MessageField) throws(Refusal) -> Int {
        guard self[field].isPresent else {
            throw Refusal(.missingField, path(field.name), "give this field: it is required")
        }
        return field.rawValue
    }

    /// - Parameter form: of what the string must say; empty where the field's name says it.
    private func text(_ field: some MessageField, _ form: String = "") throws(Refusal) -> Slot {
        let slot = self[try present(field)]
        guard slot.kind == .text || slot.kind == .excused else {
            throw Refusal(.wrongType, path(field.name), form.isEmpty ? "give a string" : "give a string: \(form)")
        }
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
        case .excused: return 1
        default: break
        }
        let path = path()
        throw Refusal(
            .wrongType, path,
            Self.isTime(path)
                ? "give ms since 1970-01-01T00:00:00Z as a whole number, without fraction or exponent"
                : "give a whole number without fraction or exponent")
    }

    /// Fields of a time end in "At". (Those of a date end in "Date" or "End", and are strings.)
    private static func isTime(_ path: String) -> Bool { path.hasSuffix("At") || path == EventDecoder.tickName }

    fileprivate var isUTF8: Bool {
        unsafe span.withUnsafeBytes { unsafe String(validating: $0, as: UTF8.self) != nil }
    }
}

// What stands for a field whose fault has been told.
extension Identifier { fileprivate static let standIn = Identifier("x")! }
extension Currency { fileprivate static let standIn = Currency("EUR")! }

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
