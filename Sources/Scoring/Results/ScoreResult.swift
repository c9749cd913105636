import Checksums
import Events

/// One result of the fold: a score that moved, first came, ceased, or a grant that ended; and why.
///
/// Results of a partition are numbered densely from 1 and chained: each carries the hash that continues the one before.
/// How they are cut into Kafka records means nothing. Layout of one result, little endian (schemas/scores.md):
///
/// ```
///   0 u32  bytes that follow
///   4 u64  chain, high    12 u64 chain, low     XXH3-128 of the chain before (16 bytes, big endian) and the body
///  20      body:
///      0 u64 sequence          8 i32 timeline partition  12 i32 day the person stands at
///     16 i64 timeline offset of the record that caused it
///     24 u8  cause (Cause.Kind)   25 u8 flags: 1 score, 2 previous score, 4 the grants end
///     26 u8  characteristics      27 u8 grants
///     28 u8  raw topic            29 u8 length of event id   30 i16 characteristic without a bin, −1: none
///     32 i32 raw partition        36 i32 score
///     40 i64 raw offset           48 i64 occurred at, ms
///     56 i32 previous score       60 u32 0
///     64 u64 model hash, high     72 u64 low
///     80 event id
///      … per characteristic: i16 bin before, i16 bin after (−1: none), i32 points before, i32 points after
///      … per grant: u8 purpose, u8 length of id, u8 length of reference, u8 0, i32 opening partition,
///        i64 opening offset (in raw consents), u64 number, id, reference
/// ```
public struct ScoreResult: Equatable, Sendable {
    public var sequence: UInt64
    /// Coordinates of the timeline record that caused it.
    public var timelinePartition: Int32
    public var timelineOffset: Int64
    /// The day the person stands at, as days since 1970-01-01.
    public var day: Int32
    public var cause: Cause
    /// Absent where a feature went missing, and where the grants end.
    public var score: Int32?
    public var previousScore: Int32?
    /// True in the one final record that tells a subscriber that the grant is over.
    public var isEnd: Bool
    /// The characteristic whose feature is missing, when that is why there is no score.
    public var missing: Int?
    /// The one that says it.
    public var model: Digest128
    /// In the card's order; empty where the grants end.
    public var movements: [Movement]
    /// To whom it goes; nobody where a challenger says it.
    public var recipients: [Recipient]

    /// Whether a challenger says it: recorded, never published.
    public var isOfChallenger: Bool { recipients.isEmpty }

    public struct Cause: Equatable, Sendable {
        public enum Kind: UInt8, Sendable {
            case event = 1
            case rollOff = 2
            case correction = 3
            case consent = 4
            case expiry = 5
            case model = 6
        }
        public var kind: Kind
        /// The raw record: absent for a roll-off and an expiry, which a day brings.
        public var event: (source: Coordinates, id: Identifier, occurredAt: Int64)?

        public static func == (left: Self, right: Self) -> Bool {
            left.kind == right.kind && left.event?.source == right.event?.source && left.event?.id == right.event?.id
                && left.event?.occurredAt == right.event?.occurredAt
        }

        public init(kind: Kind, event: (source: Coordinates, id: Identifier, occurredAt: Int64)? = nil) {
            self.kind = kind
            self.event = event
        }
    }

    /// What became of one characteristic. Bins and points are nil where there was, or is, no score.
    public struct Movement: Equatable, Sendable {
        public var binBefore: Int16?
        public var binAfter: Int16?
        public var pointsBefore: Int32?
        public var pointsAfter: Int32?
    }

    public struct Recipient: Equatable, Sendable {
        public var purpose: Purpose
        public var grant: Identifier
        public var subscriberReference: Identifier
        public var opening: Coordinates
        /// 1, 2, 3 … per grant and opening.
        public var number: UInt64
    }
}

/// The bytes of a result are not one, or do not continue the chain.
public enum ResultError: Error, Equatable {
    case layout
    /// Numbers after the first and below the second are missing.
    case gap(after: UInt64, got: UInt64)
    /// The sequence number of the result whose hash does not continue the one before.
    case chain(UInt64)
}

/// What a result says before its lists.
struct ResultHead {
    let day: Int32
    let cause: ScoreResult.Cause
    let score: Int32?
    let previousScore: Int32?
    let isEnd: Bool
    let missing: Int?
    let model: Digest128

    /// Begins a result: room for what `seal` fills in, and the body up to the lists.
    func encode(
        sequence: UInt64, partition: Int32, offset: Int64, movements: Int, recipients: Int, into bytes: inout [UInt8]
    ) {
        let flags: UInt8 = (score == nil ? 0 : 1) | (previousScore == nil ? 0 : 2) | (isEnd ? 4 : 0)
        let event = cause.event
        // Word by word, so that the row of bytes grows once.
        let header = [20 of UInt8](repeating: 0)
        assert(header.count == ScoreResult.headerByteCount)
        bytes.append(span: unsafe header.span.bytes)
        let words: [10 of UInt64] = [
            sequence,
            word(partition, day),
            UInt64(bitPattern: offset),
            UInt64(cause.kind.rawValue) | UInt64(flags) << 8 | UInt64(UInt8(movements)) << 16
                | UInt64(UInt8(recipients)) << 24 | UInt64(event?.source.topic.rawValue ?? 0xFF) << 32
                | UInt64(UInt8(event?.id.count ?? 0)) << 40
                | UInt64(UInt16(bitPattern: Int16(missing ?? -1))) << 48,
            word(event?.source.partition ?? -1, score ?? 0),
            UInt64(bitPattern: event?.source.offset ?? -1),
            UInt64(bitPattern: event?.occurredAt ?? -1),
            word(previousScore ?? 0, 0),
            model.high,
            model.low,
        ]
        bytes.append(littleEndian: words)
        if let event { bytes.append(span: event.id.span) }
    }
}

/// Two fields of a layout, the first of them in the lower half.
private func word(_ first: Int32, _ second: Int32) -> UInt64 {
    UInt64(UInt32(bitPattern: first)) | UInt64(UInt32(bitPattern: second)) << 32
}

extension ScoreResult {
    fileprivate static let headerByteCount = 20

    /// One movement: bins, −1 for none, and points.
    static func append(
        binBefore: Int16, binAfter: Int16, pointsBefore: Int32, pointsAfter: Int32, to bytes: inout [UInt8]
    ) {
        let bins = UInt32(UInt16(bitPattern: binBefore)) | UInt32(UInt16(bitPattern: binAfter)) << 16
        bytes.append(littleEndian: word(Int32(bitPattern: bins), pointsBefore))
        bytes.append(littleEndian: pointsAfter)
    }

    /// Ends the result that begins at `start` and goes to the end of `bytes`; returns the chain that it ends.
    static func seal(from start: Int, after chain: Digest128, in bytes: inout [UInt8]) -> Digest128 {
        let next = unsafe chained(chain, bytes.span.bytes.extracting((start + headerByteCount)...))
        bytes.store(littleEndian: UInt32(bytes.count - start - 4), at: start)
        bytes.store(littleEndian: next.high, at: start + 4)
        bytes.store(littleEndian: next.low, at: start + 12)
        return next
    }
}

extension ScoreResult {
    /// Reads the next result at the cursor, and the chain it carries; `verifying` (the chain before it) checks that it
    /// continues that, and throws `ResultError.chain` where it does not.
    @_lifetime(cursor: copy cursor)
    public static func next(from cursor: inout ByteCursor, verifying chain: Digest128?) throws
        -> (result: ScoreResult, chain: Digest128)
    {
        let (count, carried) = try header(&cursor)
        let body = try cursor.take(count: count)
        let result = try ScoreResult(body: body)
        if let chain, chained(chain, body) != carried { throw ResultError.chain(result.sequence) }
        return (result, carried)
    }

    /// Reads the next result at the cursor as one who has those up to `position`: nil for a repeat; throws
    /// `ResultError.gap` where one is missing and `ResultError.chain` where its hash does not continue the chain.
    @_lifetime(cursor: copy cursor)
    public static func next(from cursor: inout ByteCursor, after position: (sequence: UInt64, chain: Digest128)) throws
        -> (result: ScoreResult, chain: Digest128)?
    {
        let (count, carried) = try header(&cursor)
        let body = try cursor.take(count: count)
        let result = try ScoreResult(body: body)
        guard result.sequence > position.sequence else { return nil }
        guard result.sequence == position.sequence + 1 else {
            throw ResultError.gap(after: position.sequence, got: result.sequence)
        }
        guard chained(position.chain, body) == carried else { throw ResultError.chain(result.sequence) }
        return (result, carried)
    }

    /// Bytes of the body that follows, and the chain that ends with it.
    @_lifetime(cursor: copy cursor)
    private static func header(_ cursor: inout ByteCursor) throws -> (bodyCount: Int, chain: Digest128) {
        let count = try cursor.take(UInt32.self)
        guard count >= 16 + 80 else { throw ResultError.layout }
        return (Int(count) - 16, Digest128(high: try cursor.take(), low: try cursor.take()))
    }

    private init(body: RawSpan) throws {
        var cursor = ByteCursor(body)
        sequence = try cursor.take()
        timelinePartition = try cursor.take()
        day = try cursor.take()
        timelineOffset = try cursor.take()
        guard let kind = Cause.Kind(rawValue: try cursor.take()) else { throw ResultError.layout }
        let flags = try cursor.take(UInt8.self)
        let movementCount = try cursor.take(UInt8.self)
        let recipientCount = try cursor.take(UInt8.self)
        let topic = RawTopic(rawValue: try cursor.take())
        let idLength = try cursor.take(UInt8.self)
        let missing = try cursor.take(Int16.self)
        let rawPartition = try cursor.take(Int32.self)
        let score = try cursor.take(Int32.self)
        let rawOffset = try cursor.take(Int64.self)
        let occurredAt = try cursor.take(Int64.self)
        let previousScore = try cursor.take(Int32.self)
        guard try cursor.take(UInt32.self) == 0, flags < 8 else { throw ResultError.layout }
        model = Digest128(high: try cursor.take(), low: try cursor.take())
        self.score = flags & 1 == 0 ? nil : score
        self.previousScore = flags & 2 == 0 ? nil : previousScore
        self.isEnd = flags & 4 != 0
        self.missing = missing < 0 ? nil : Int(missing)
        cause = Cause(kind: kind)
        if let topic {
            let source = Coordinates(topic: topic, partition: rawPartition, offset: rawOffset)
            cause.event = (source, try cursor.takeIdentifier(idLength), occurredAt)
        }
        movements = []
        movements.reserveCapacity(Int(movementCount))
        for _ in 0..<movementCount { movements.append(try Movement(decoding: &cursor)) }
        recipients = []
        recipients.reserveCapacity(Int(recipientCount))
        for _ in 0..<recipientCount { recipients.append(try Recipient(decoding: &cursor)) }
        try cursor.finish()
    }
}

extension ScoreResult.Movement {
    fileprivate init(decoding cursor: inout ByteCursor) throws {
        let before = try cursor.take(Int16.self)
        let after = try cursor.take(Int16.self)
        let pointsBefore = try cursor.take(Int32.self)
        let pointsAfter = try cursor.take(Int32.self)
        self.init(
            binBefore: before < 0 ? nil : before, binAfter: after < 0 ? nil : after,
            pointsBefore: before < 0 ? nil : pointsBefore, pointsAfter: after < 0 ? nil : pointsAfter)
    }
}

extension ScoreResult.Recipient {
    fileprivate init(decoding cursor: inout ByteCursor) throws {
        guard let purpose = Purpose(rawValue: try cursor.take()) else { throw ResultError.layout }
        let idLength = try cursor.take(UInt8.self)
        let referenceLength = try cursor.take(UInt8.self)
        guard try cursor.take(UInt8.self) == 0 else { throw ResultError.layout }
        let opening = Coordinates(topic: .consents, partition: try cursor.take(), offset: try cursor.take())
        let number = try cursor.take(UInt64.self)
        self.init(
            purpose: purpose, grant: try cursor.takeIdentifier(idLength),
            subscriberReference: try cursor.takeIdentifier(referenceLength), opening: opening, number: number)
    }
}
