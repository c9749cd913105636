import Events

// A person's events in a snapshot (schemas/snapshot.md), little endian, as they lie in memory:
//
// u32 slots, each 18 bytes (see EventSlot) · u32 wides, each i64 · u8 obligations, each u64 · u32 bytes of names, names
extension History {
    func encode(into bytes: inout [UInt8]) {
        // Integers without a gap, and the machine is little endian: they lie in memory as they stand in the layout.
        bytes.append(littleEndian: UInt32(slots.count))
        bytes.append(span: slots.bytes)
        bytes.append(littleEndian: UInt32(wides.count))
        bytes.append(span: wides.bytes)
        bytes.append(UInt8(obligations.count))
        bytes.append(span: obligations.bytes)
        bytes.append(littleEndian: UInt32(names.count))
        bytes.append(span: names.bytes)
    }

    init(decoding cursor: inout ByteCursor) throws {
        var slots = PackedArray<EventSlot>()
        slots.fill(from: try cursor.take(elements: Int(try cursor.take(UInt32.self)), of: EventSlot.byteCount))
        var wides = PackedArray<Int64>()
        wides.fill(from: try cursor.take(elements: Int(try cursor.take(UInt32.self)), of: 8))
        var obligations = PackedArray<UInt64>()
        obligations.fill(from: try cursor.take(elements: Int(try cursor.take(UInt8.self)), of: 8))
        var names = PackedArray<UInt8>()
        names.fill(from: try cursor.take(elements: Int(try cursor.take(UInt32.self)), of: 1))
        let history = History(slots: slots, wides: wides, obligations: obligations, names: names)
        guard history.isSound else { throw SnapshotPayloadError.layout }
        self = history
    }
}

extension ByteCursor {
    @_lifetime(self: copy self) @_lifetime(copy self)
    fileprivate mutating func take(elements count: Int, of size: Int) throws -> RawSpan {
        guard count <= remaining / size else { throw SnapshotPayloadError.layout }
        return try take(count: count * size)
    }
}
