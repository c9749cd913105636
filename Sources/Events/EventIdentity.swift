import KeyedHashes

/// Names of what belongs to one person, as SipHash-2-4 keyed with the person's own key. That key is a keyed hash too, and
/// nobody knows it without the timeline's secret. So nobody outside can search for two ids that share a name, and two that
/// share one with one person share none with another. The key stands in each record, so the fold needs no secret.
///
/// ```
/// input   u8 what is named · u8 length of the producer · producer · id
/// ```
extension PersonKey {
    private enum Named: UInt8 {
        case event = 1
        case obligation = 2
        case grant = 3
    }

    /// Names an event of this person, in 48 bits. One person has at most `FoldLimits.eventsPerPerson` events, so a new event
    /// is taken for another one of them with a probability below 10⁻¹⁰, and is then refused as a conflict.
    /// Complexity: about 30 ns.
    public func identity(producer: Identifier, id: Identifier) -> UInt64 {
        identity(producer: producer.span, id: id.span)
    }

    func identity(producer: RawSpan, id: RawSpan) -> UInt64 {
        named(.event, producer, id) { SipHash.short($0, key: (high, low)) >> 16 }
    }

    /// Names an obligation that a producer reports, in 64 bits.
    public func obligation(producer: Identifier, _ obligation: Identifier) -> UInt64 {
        named(.obligation, producer.span, obligation.span) { SipHash.short($0, key: (high, low)) }
    }

    /// Names a grant of this person, in 128 bits, so that its withdrawal can be remembered when the person cannot.
    public func grantName(_ grant: Identifier) -> GrantName {
        named(.grant, grant.span, RawSpan()) { input in
            let name = SipHash.long(input, key: (high, low))
            return GrantName(high: name.0, low: name.1)
        }
    }

    @inline(__always)
    private func named<Name>(_ named: Named, _ first: RawSpan, _ second: RawSpan, by hash: (RawSpan) -> Name) -> Name {
        precondition(first.byteCount <= Identifier.maxCount && second.byteCount <= Identifier.maxCount)
        let count = 2 + first.byteCount + second.byteCount
        return unsafe withUnsafeTemporaryAllocation(byteCount: 2 + 2 * Identifier.maxCount, alignment: 8) { input in
            unsafe input[0] = named.rawValue
            unsafe input[1] = UInt8(first.byteCount)
            unsafe first.withUnsafeBytes {
                unsafe UnsafeMutableRawBufferPointer(rebasing: input[2...]).copyMemory(from: $0)
            }
            unsafe second.withUnsafeBytes {
                unsafe UnsafeMutableRawBufferPointer(rebasing: input[(2 + first.byteCount)...]).copyMemory(from: $0)
            }
            return unsafe hash(RawSpan(_unsafeBytes: UnsafeRawBufferPointer(rebasing: input[..<count])))
        }
    }
}

/// A grant of one person, by a keyed hash of both: it tells neither.
public struct GrantName: Equatable, Comparable, Sendable, BitwiseCopyable {
    public let high: UInt64
    public let low: UInt64

    public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    public static func < (left: Self, right: Self) -> Bool {
        left.high != right.high ? left.high < right.high : left.low < right.low
    }
}

extension Event {
    /// Names the event within its person: see `PersonKey.identity`.
    public func identity(of person: PersonKey) -> UInt64 { person.identity(producer: producer, id: id) }

    /// Whether features can read it: it dates its person's day, and a correction can take it back.
    public var isFinancial: Bool { type.rawValue < EventType.consent.rawValue }
}
