import Events

// A person's events in a snapshot (schemas/snapshot.md), little endian, as they lie in memory:
//
// u32 slots, each 3 × u64 (see EventSlot) · u32 wides, each i64 · u8 obligations, each u64 · u32 bytes of names, names
extension History {
    func encode(into bytes: inout [UInt8]) {
        bytes.append(littleEndian: UInt32(slots.count))
        // Three words without a gap, and the machine is little endian: a slot lies in memory as it stands in the layout.
        unsafe slots.withUnsafeBytes { unsafe bytes.append(contentsOf: $0) }
        bytes.append(littleEndian: UInt32(wides.count))
        for word in wides { bytes.append(littleEndian: word) }
        bytes.append(UInt8(obligations.count))
        for hash in obligations { bytes.append(littleEndian: hash) }
        bytes.append(littleEndian: UInt32(names.count))
        bytes.append(contentsOf: names)
    }

    init(decoding cursor: inout ByteCursor) throws {
        self.init()
        let count = Int(try cursor.take(UInt32.self))
        guard count <= cursor.remaining / 24 else { throw SnapshotPayloadError.layout }
        let packed = try cursor.take(count: count * 24)
        slots = unsafe packed.withUnsafeBytes { packed in
            unsafe [EventSlot](unsafeUninitializedCapacity: count) { slots, filled in
                unsafe UnsafeMutableRawBufferPointer(slots).copyMemory(from: packed)
                filled = count
            }
        }
        for _ in 0..<(try cursor.take(UInt32.self)) { wides.append(try cursor.take()) }
        for _ in 0..<(try cursor.take(UInt8.self)) { obligations.append(try cursor.take()) }
        names.append(span: try cursor.take(count: Int(try cursor.take(UInt32.self))))
        guard isSound else { throw SnapshotPayloadError.layout }
    }
}
