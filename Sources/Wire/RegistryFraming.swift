/// What Confluent's serializers put before an event when they work with a Schema Registry ("wire format" in Confluent's
/// documentation of its serializers):
///
/// | at | bytes | what |
/// | --- | --- | --- |
/// | 0 | 1 | 0x00: the format's version. No Protobuf begins so, since no field has the number 0 |
/// | 1 | 4 | schema id, big-endian: any |
/// | 5 | | JSON Schema: the event as JSON, from its `{` on |
/// | 5 | 1 or 2 | Protobuf: which message of the schema, as a count and so many places, each a zigzag varint. Event is the first of event.proto, place 0: `02 00`, or for short `00` |
/// | 6 or 7 | | Protobuf: the event |
///
/// The registry is not asked, so the id means nothing here: the catalogue is closed, and what does not follow event.proto
/// is refused as it would be without framing. The two contents cannot be taken for each other: as a count `{` is -62.
enum RegistryFraming {
    /// The value's first byte.
    static let magic: UInt8 = 0
    /// Where the contents begin.
    static let contentStart = 5
    /// Bytes that a 32-bit varint can have.
    private static let varintSizeMax = 5
    /// Places that a refusal names.
    private static let placesNamedMax = 4

    enum Content { case json, protobuf }

    /// What lies in a framed value, and from which byte on to its end: there is at least one.
    ///
    /// Complexity: constant, without allocation where nothing is refused.
    static func content(of value: RawSpan) throws(Refusal) -> (Content, start: Int) {
        guard value.byteCount > contentStart else {
            throw Refusal(
                .unsupportedFraming, "",
                "after the first byte 0 give a schema id of 4 bytes and an event: \(value.byteCount) bytes is too short"
            )
        }
        if value.load(littleEndianAt: contentStart, as: UInt8.self) == UInt8(ascii: "{") {
            return (.json, contentStart)
        }
        var at = contentStart
        let count = zigzag(value, &at)
        if count != 0 {
            guard count == 1, zigzag(value, &at) == 0 else { throw wrongMessage(value) }
        }
        guard at < value.byteCount else {
            throw Refusal(.empty, "", "send an event after the message index: nothing follows its \(at) bytes")
        }
        return (.protobuf, at)
    }

    /// Cold: reads the places once more, to name them.
    private static func wrongMessage(_ value: RawSpan) -> Refusal {
        var at = contentStart
        var places: [String] = []
        if let count = zigzag(value, &at), count > 0 {
            for _ in 0..<min(Int(count), placesNamedMax) {
                guard let place = zigzag(value, &at) else { break }
                places.append("\(place)")
            }
            if places.count == min(Int(count), placesNamedMax) {
                let rest = count > placesNamedMax ? ", …" : ""
                return Refusal(
                    .unsupportedFraming, "",
                    "send plainscore.v1.Event, the first message of event.proto: the index at byte \(contentStart) "
                        + "names message [\(places.joined(separator: ", "))\(rest)], not [0]")
            }
        }
        return Refusal(
            .unsupportedFraming, "",
            "after the schema id give JSON that begins with {, or a message index (the byte 0) and Protobuf: "
                + "byte \(contentStart) begins neither")
    }

    private static func zigzag(_ value: RawSpan, _ at: inout Int) -> Int32? {
        var bits: UInt64 = 0
        for index in 0..<varintSizeMax {
            guard at < value.byteCount else { return nil }
            let byte: UInt8 = value.load(littleEndianAt: at)
            at += 1
            bits |= UInt64(byte & 0x7F) << UInt64(7 * index)
            if byte < 0x80 {
                return UInt32(exactly: bits).map { Int32(bitPattern: $0 >> 1) ^ -Int32(bitPattern: $0 & 1) }
            }
        }
        return nil
    }
}
