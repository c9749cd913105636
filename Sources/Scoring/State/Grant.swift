import Events

/// A live grant: one subscriber may see one person's score for one purpose, until it ends.
struct Grant: Equatable {
    let id: Identifier
    let purpose: Purpose
    let subscriberReference: Identifier
    /// The consent that opened it: a subscriber counts 1, 2, 3 … per grant and opening. A renewal continues.
    let opening: Coordinates
    var expiresAt: Int64
    /// Occurred-at of the consent that holds, the opening or the latest renewal, ms: an older one changes nothing.
    var grantedAt: Int64
    /// Of the last score change, 0 before the first.
    var number: UInt64
}

// Layout, in a person's ledger and in a snapshot:
// u8 purpose · u8 length of id · u8 length of reference · u8 0 · i32 opening partition · i64 opening offset
// i64 expires at · i64 granted at · u64 number · id · reference
extension Grant {
    private static let fixedBytes = 40
    static let expiresAtPlace = 16
    static let grantedAtPlace = 24
    static let numberPlace = 32

    var byteCount: Int { Self.fixedBytes + id.count + subscriberReference.count }

    /// Where the grant ends that begins at `start`.
    @inline(__always)
    static func end(_ start: Int, _ bytes: borrowing PackedArray<UInt8>) -> Int {
        start + fixedBytes + Int(bytes[start + 1]) + Int(bytes[start + 2])
    }

    init(_ bytes: borrowing PackedArray<UInt8>, at start: Int) {
        var cursor = ByteCursor(bytes.bytes, at: start)
        do { self = try Grant(decoding: &cursor) } catch { preconditionFailure("a ledger holds grants: \(error)") }
    }

    func store(in bytes: inout PackedArray<UInt8>, at start: Int) {
        bytes[start] = purpose.rawValue
        bytes[start + 1] = UInt8(id.count)
        bytes[start + 2] = UInt8(subscriberReference.count)
        bytes.store(opening.partition, at: start + 4)
        bytes.store(opening.offset, at: start + 8)
        bytes.store(expiresAt, at: start + Self.expiresAtPlace)
        bytes.store(grantedAt, at: start + Self.grantedAtPlace)
        bytes.store(number, at: start + Self.numberPlace)
        let text = start + Self.fixedBytes
        for place in 0..<id.count { bytes[text + place] = id.span.load(littleEndianAt: place) }
        for place in 0..<subscriberReference.count {
            bytes[text + id.count + place] = subscriberReference.span.load(littleEndianAt: place)
        }
    }

    init(decoding cursor: inout ByteCursor) throws {
        guard let purpose = Purpose(rawValue: try cursor.take()) else { throw SnapshotPayloadError.layout }
        let idLength = try cursor.take(UInt8.self)
        let referenceLength = try cursor.take(UInt8.self)
        guard try cursor.take(UInt8.self) == 0 else { throw SnapshotPayloadError.layout }
        let opening = Coordinates(
            topic: .consents, partition: try cursor.takeWithin(0...1023), offset: try cursor.takeOffset())
        let expiresAt = try cursor.takeTime()
        let grantedAt = try cursor.takeTime()
        let number = try cursor.takeCount()
        self.init(
            id: try cursor.takeIdentifier(idLength), purpose: purpose,
            subscriberReference: try cursor.takeIdentifier(referenceLength), opening: opening, expiresAt: expiresAt,
            grantedAt: grantedAt, number: number)
    }

    /// Appends the grant at `start` as a result names its recipient (see `ScoreResult`).
    static func encodeRecipient(_ bytes: borrowing PackedArray<UInt8>, at start: Int, into output: inout [UInt8]) {
        let span = bytes.bytes
        output.append(span: span.extracting(start..<start + expiresAtPlace))
        output.append(span: span.extracting(start + numberPlace..<end(start, bytes)))
    }
}
