import Events

// A person's events in a snapshot (schemas/snapshot.md), little endian, as they lie in memory:
//
// u32 slots, each 3 × u64 (see EventSlot) · u32 wides, each i64 · u8 obligations, each u64 · u32 bytes of names, names
extension History {
    func encode(into bytes: inout [UInt8]) {
        bytes.append(littleEndian: UInt32(slots.count))
        for slot in slots {
            bytes.append(littleEndian: slot.word0)
            bytes.append(littleEndian: slot.word1)
            bytes.append(littleEndian: slot.word2)
        }
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
        slots.reserveCapacity(count)
        for _ in 0..<count {
            slots.append(EventSlot(word0: try cursor.take(), word1: try cursor.take(), word2: try cursor.take()))
        }
        for _ in 0..<(try cursor.take(UInt32.self)) { wides.append(try cursor.take()) }
        for _ in 0..<(try cursor.take(UInt8.self)) { obligations.append(try cursor.take()) }
        names.append(span: try cursor.take(count: Int(try cursor.take(UInt32.self))))
        guard isSound else { throw SnapshotPayloadError.layout }
    }
}
