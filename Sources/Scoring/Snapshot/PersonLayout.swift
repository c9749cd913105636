import Events

// One person in a snapshot (schemas/snapshot.md), little endian:
//
// u64 key high · u64 key low · i32 standing day · u8 generation of models, of which:
// per model:        u8 1 when there is a score · then per characteristic: i16 bin
// u8 grants, each:  see Grant
// events: see HistoryLayout
// u32 notices, each: see KeptNotice
extension Person {
    /// What a person without anything takes: key, day, generation, grants, and what comes of events and notices.
    static let encodedBytesMin = 8 + 8 + 4 + 1 + 1

    /// About how many bytes `encode` adds; never far below.
    var encodedBytes: Int {
        64 + ledger.byteCount + events.count * EventSlot.byteCount + events.wides.count * 8 + events.names.count
    }

    func encode(into bytes: inout [UInt8], _ generations: Generations) {
        let models = generations.compiled(ledger.generation)
        bytes.append(littleEndian: key.high)
        bytes.append(littleEndian: key.low)
        bytes.append(littleEndian: standingDay)
        bytes.append(ledger.generation)
        for model in models.models.indices {
            let isScored = models.hasScore(model, ledger)
            bytes.append(isScored ? 1 : 0)
            if isScored { for row in models.models[model].row { bytes.append(littleEndian: ledger.bin(row)) } }
        }
        ledger.encodeGrants(into: &bytes)
        events.encode(into: &bytes)
        ledger.encodeNotices(into: &bytes)
    }

    init(decoding cursor: inout ByteCursor, _ generations: Generations) throws {
        let key = PersonKey(high: try cursor.take(), low: try cursor.take())
        let standingDay = try cursor.takeDay()
        var ledger = Ledger()
        ledger.generation = try cursor.take()
        guard generations.holds(ledger.generation) else { throw SnapshotPayloadError.layout }
        let models = generations.compiled(ledger.generation)
        for model in models.models.indices {
            guard try cursor.takeFlag() else { continue }
            if ledger.binCount == 0 { ledger.resetBins(models.rows.count) }
            for row in models.models[model].row {
                let bin: Int16 = try cursor.take()
                guard bin >= 0, bin < models.rows[row].binCount else { throw SnapshotPayloadError.layout }
                ledger.setBin(row, bin)
            }
        }
        let grants = try cursor.takeWithin(1...UInt8(FoldLimits.grantsPerPerson))
        for _ in 0..<grants { ledger.append(try Grant(decoding: &cursor)) }
        let events = try History(decoding: &cursor)
        for _ in 0..<(try cursor.take(UInt32.self)) { ledger.append(try KeptNotice(decoding: &cursor)) }
        self.init(key: key, standingDay: standingDay, events: events, ledger: ledger)
    }
}

// One event that waits: u8 type · u8 raw topic · u8 since the first tick · u8 0 · i32 raw partition · i64 raw offset
// i64 since · u64 key high · u64 key low · u16 length of the event · the event as in the timeline
extension WaitingEvent {
    func encode(into bytes: inout [UInt8]) {
        bytes.append(contentsOf: [event.type.rawValue, source.topic.rawValue, since == nil ? 0 : 1, 0])
        bytes.append(littleEndian: source.partition)
        bytes.append(littleEndian: source.offset)
        bytes.append(littleEndian: since ?? 0)
        bytes.append(littleEndian: person.high)
        bytes.append(littleEndian: person.low)
        let lengthAt = bytes.count
        bytes.append(littleEndian: UInt16(0))
        event.encode(into: &bytes)
        bytes.store(littleEndian: UInt16(bytes.count - lengthAt - 2), at: lengthAt)
    }

    init(decoding cursor: inout ByteCursor) throws {
        guard let type = EventType(rawValue: try cursor.take()), let topic = RawTopic(rawValue: try cursor.take())
        else {
            throw SnapshotPayloadError.layout
        }
        let since = try cursor.takeFlag()
        guard try cursor.take(UInt8.self) == 0 else { throw SnapshotPayloadError.layout }
        source = Coordinates(topic: topic, partition: try cursor.takeWithin(0...1023), offset: try cursor.takeOffset())
        let time = try cursor.takeTime()
        self.since = since ? time : nil
        person = PersonKey(high: try cursor.take(), low: try cursor.take())
        event = try Event(decoding: try cursor.take(count: Int(try cursor.take(UInt16.self))), type: type)
    }
}
