import Events

/// A correction as a person's state keeps it: for its own id (duplicates, conflicts), and for the id that it makes void. It
/// dates no person's day and enters no feature.
///
/// ```
/// u64 identity · u64 voided · u32 content check · i32 day · u8 type
/// ```
struct KeptNotice: Equatable {
    /// See `PersonKey.identity`.
    let identity: UInt64
    /// The identity of the event that it takes back.
    let voided: UInt64
    /// Of its content's hash.
    let check: UInt32
    /// Dropped with the events of this day: its own, or the clock's where that is later, so that an id stays void for the
    /// horizon however far back the correction is dated.
    let day: Int32
    let type: UInt8
}

extension KeptNotice {
    static let voidedPlace = 8
    static let dayPlace = 20

    init(_ bytes: borrowing PackedArray<UInt8>, at start: Int) {
        self.init(
            identity: bytes.load(at: start), voided: bytes.load(at: start + Self.voidedPlace),
            check: bytes.load(at: start + 16), day: bytes.load(at: start + Self.dayPlace), type: bytes[start + 24])
    }

    func store(in bytes: inout PackedArray<UInt8>, at start: Int) {
        bytes.store(identity, at: start)
        bytes.store(voided, at: start + Self.voidedPlace)
        bytes.store(check, at: start + 16)
        bytes.store(day, at: start + Self.dayPlace)
        bytes[start + 24] = type
    }

    init(decoding cursor: inout ByteCursor) throws {
        self.init(
            identity: try cursor.take(), voided: try cursor.take(), check: try cursor.take(), day: try cursor.takeDay(),
            type: try cursor.takeWithin(EventType.correction.rawValue...EventType.correction.rawValue))
    }

    /// Whether the event is this notice, sent again.
    func isSame(_ event: Event, _ contentHash: UInt64) -> Bool {
        type == event.type.rawValue && check == UInt32(truncatingIfNeeded: contentHash)
    }
}
