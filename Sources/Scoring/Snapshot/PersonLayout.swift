import Events

// One person in a snapshot (schemas/snapshot.md), little endian:
//
// u64 key high · u64 key low · i32 standing day
// per model:        u8 1 when there is a score · then per characteristic: i16 bin
// u8 grants, each:  u8 purpose · u8 length of id · u8 length of reference · u8 0 · i32 opening partition
//                   i64 opening offset · i64 expires at · u64 number · id · reference
// events: see HistoryLayout
// u32 notices, each: u64 identity · u64 content hash · u64 voided identity · i32 day · u8 type · 3 × u8 0
extension Person {
    func encode(into bytes: inout [UInt8], _ models: CompiledModels) {
        bytes.append(littleEndian: key.high)
        bytes.append(littleEndian: key.low)
        bytes.append(littleEndian: standingDay)
        for model in models.models.indices {
            let isScored = models.hasScore(model, bins)
            bytes.append(isScored ? 1 : 0)
            if isScored { for index in models.models[model].row { bytes.append(littleEndian: bins[index]) } }
        }
        bytes.append(UInt8(grants.count))
        for grant in grants { grant.encode(into: &bytes) }
        events.encode(into: &bytes)
        bytes.append(littleEndian: UInt32(notices.count))
        for notice in notices { notice.encode(into: &bytes) }
    }

    init(decoding cursor: inout ByteCursor, _ models: CompiledModels) throws {
        self.init(key: PersonKey(high: try cursor.take(), low: try cursor.take()), standingDay: try cursor.take())
        for model in models.models {
            guard try cursor.take(UInt8.self) == 1 else { continue }
            if bins.isEmpty { bins = Array(repeating: -1, count: models.characteristics.count) }
            for index in model.row {
                bins[index] = try cursor.take()
                guard models.characteristics[index].bins.indices.contains(Int(bins[index])) else {
                    throw SnapshotPayloadError.layout
                }
            }
        }
        for _ in 0..<(try cursor.take(UInt8.self)) { grants.append(try Grant(decoding: &cursor)) }
        events = try History(decoding: &cursor)
        for _ in 0..<(try cursor.take(UInt32.self)) { notices.append(try KeptNotice(decoding: &cursor)) }
    }
}

extension KeptNotice {
    fileprivate func encode(into bytes: inout [UInt8]) {
        bytes.append(littleEndian: identity)
        bytes.append(littleEndian: contentHash)
        bytes.append(littleEndian: voided)
        bytes.append(littleEndian: day)
        bytes.append(contentsOf: [type, 0, 0, 0])
    }

    fileprivate init(decoding cursor: inout ByteCursor) throws {
        identity = try cursor.take()
        contentHash = try cursor.take()
        voided = try cursor.take()
        day = try cursor.take()
        type = try cursor.take()
        for _ in 0..<3 { guard try cursor.take(UInt8.self) == 0 else { throw SnapshotPayloadError.layout } }
    }
}

extension Grant {
    fileprivate func encode(into bytes: inout [UInt8]) {
        bytes.append(contentsOf: [purpose.rawValue, UInt8(id.count), UInt8(subscriberReference.count), 0])
        bytes.append(littleEndian: opening.partition)
        bytes.append(littleEndian: opening.offset)
        bytes.append(littleEndian: expiresAt)
        bytes.append(littleEndian: number)
        bytes.append(span: id.span)
        bytes.append(span: subscriberReference.span)
    }

    fileprivate init(decoding cursor: inout ByteCursor) throws {
        guard let purpose = Purpose(rawValue: try cursor.take()) else { throw SnapshotPayloadError.layout }
        let idLength = try cursor.take(UInt8.self)
        let referenceLength = try cursor.take(UInt8.self)
        guard try cursor.take(UInt8.self) == 0 else { throw SnapshotPayloadError.layout }
        let opening = Coordinates(topic: .consents, partition: try cursor.take(), offset: try cursor.take())
        let expiresAt = try cursor.take(Int64.self)
        let number = try cursor.take(UInt64.self)
        self.init(
            id: try cursor.takeIdentifier(idLength), purpose: purpose,
            subscriberReference: try cursor.takeIdentifier(referenceLength), opening: opening, expiresAt: expiresAt,
            number: number)
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
        let since = try cursor.take(UInt8.self) == 1
        guard try cursor.take(UInt8.self) == 0 else { throw SnapshotPayloadError.layout }
        source = Coordinates(topic: topic, partition: try cursor.take(), offset: try cursor.take())
        let time = try cursor.take(Int64.self)
        self.since = since ? time : nil
        person = PersonKey(high: try cursor.take(), low: try cursor.take())
        var body = ByteCursor(try cursor.take(count: Int(try cursor.take(UInt16.self))))
        event = try Event(decoding: &body, type: type)
        try body.finish()
    }
}
