import Checksums

extension Event {
    /// Names the event within its person, in 48 bits: XXH3 of the id, seeded with that of the producer. Two of 1,000 events
    /// share one with probability 2 · 10⁻⁹; the later would then be refused as a conflict, aloud.
    public var identity: UInt64 { Self.identity(producer: producer, id: id) }

    public static func identity(producer: Identifier, id: Identifier) -> UInt64 {
        identity(producerHash: xxh3(producer.span), id: id)
    }

    /// `producerHash`: XXH3 of the producer, for whoever has it.
    public static func identity(producerHash: UInt64, id: Identifier) -> UInt64 {
        identity(producerHash: producerHash, id: id.span)
    }

    static func identity(producerHash: UInt64, id: RawSpan) -> UInt64 { xxh3(id, seed: producerHash) >> 16 }

    /// Whether features can read it: it dates its person's day, and a correction can take it back.
    public var isFinancial: Bool { type.rawValue < EventType.consent.rawValue }
}
