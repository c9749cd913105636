import Checksums
import Events
import Kafka
import Log
import Scoring
import Wire

/// Dead letters in a `RawVerification`.
extension RawComparison {
    mutating func readLetters(_ partition: Int32, _ progress: (Int) throws -> Void) throws {
        let kept = try log.watermarks(topic: names.deadLetters, partition: partition)
        var first: Int64?
        try log.readWithHeaders(topic: names.deadLetters, partition: partition, range: kept) { letter in
            first = first ?? letter.timestamp
            take(letter, partition)
            try progress(1)
        }
        if kept.lowerBound > 0 { lettersKeptSince = min(lettersKeptSince ?? .max, first ?? .max) }
    }

    private mutating func take(_ letter: HeaderedRecord, _ partition: Int32) {
        report.deadLetters += 1
        let place = (partition, letter.offset)
        let refused = RefusedRecord(letter)
        guard let source = refused.source, refused.place == source.description else {
            return differ(.damaged, place, nil, "key and headers do not name one raw record", letter.value)
        }
        guard let topic = report.topics.firstIndex(where: { $0.topic == source.topic }) else { return }
        guard tables[topic].indices.contains(Int(source.partition)), source.offset >= 0 else {
            return differ(.extra, place, source, "\(source) names a raw partition that there is not", letter.value)
        }
        let raw = Int(source.partition)
        let range = tables[topic][raw].range
        guard range.contains(source.offset) else {
            if source.offset < range.lowerBound {
                report.topics[topic].rawNotKept += 1
            } else {
                report.topics[topic].ahead += 1
            }
            return
        }
        let index = tables[topic][raw].index(source.offset)
        if refused.isByFold { return takeOfFold(topic, raw, index, place, letter.value) }
        guard let bytes = unsafe RefusedBytes(headers: letter.headers, value: letter.value.span.bytes) else {
            return differ(.damaged, place, source, "headers and value do not fit each other", letter.value)
        }
        let hash = unsafe bytes.mark(of: letter.value.span.bytes)
        switch tables[topic][raw].classes[index] {
        case .none:
            differ(.extra, place, source, "\(source) is in no raw topic: no record stands there", letter.value)
        case .tick, .models, .passedOver:
            differ(.extra, place, source, "the raw record \(source) is one that is not refused", letter.value)
        case .refused:
            guard tables[topic][raw].isEqual(index, hash) else {
                _ = tables[topic][raw].letter(index)
                return differ(.altered, place, source, "it does not hold the bytes of \(source)", letter.value)
            }
            if tables[topic][raw].letter(index) { report.topics[topic].refused += 1 } else { report.repeats += 1 }
        case .event:
            if tables[topic][raw].letter(index) {
                lettersOfEvents.append((topic, raw, index, hash, place))
            } else {
                report.repeats += 1
            }
        }
    }

    /// The fold refuses what is in the timeline, and has no bytes.
    private mutating func takeOfFold(
        _ topic: Int, _ raw: Int, _ index: Int, _ place: (Int32, Int64), _ value: [UInt8]
    ) {
        let source = tables[topic][raw].coordinates(index)
        guard tables[topic][raw].classes[index] == .event, tables[topic][raw].place(index) != nil else {
            return differ(.extra, place, source, "the fold refuses only what is in the timeline", value)
        }
        report.foldRefusals += 1
    }

    /// A raw record that this version accepts, and that an earlier one refused, is accounted for by its dead letter.
    mutating func settleLettersOfEvents() throws {
        for letter in lettersOfEvents {
            let table = tables[letter.topic][letter.partition]
            let source = table.coordinates(letter.index)
            var isEqual = false
            try readRaw(source) { _, value in isEqual = RefusedBytes(value, cut: nil).mark(of: value) == letter.hash }
            if table.place(letter.index) != nil {
                differ(.extra, letter.place, source, "\(source) is in the timeline as well", [])
            } else if isEqual {
                report.topics[letter.topic].refused += 1
                report.topics[letter.topic].acceptedNow += 1
            } else {
                differ(.altered, letter.place, source, "it does not hold the bytes of \(source)", [])
            }
        }
    }

    private mutating func differ(
        _ kind: RecordDifference.Kind, _ place: (Int32, Int64), _ source: Coordinates?, _ what: String, _ value: [UInt8]
    ) {
        report.found.add(
            RecordDifference(
                kind, names.deadLetters, place.0, place.1, source: source, what,
                found: bytesText(unsafe value.span.bytes)))
    }

    // MARK: - In words

    /// Fills in what the raw topics hold at each difference. Complexity: one read per difference that is kept.
    mutating func fetchRaw() throws {
        for (index, difference) in report.found.kept.enumerated() {
            guard let source = difference.source, source != controlPropertiesCoordinates else { continue }
            var text: String?
            try readRaw(source) { text = rawText(source.topic, $0, $1) }
            report.found.update(index) { $0.expected = text }
        }
    }

    private func readRaw(_ source: Coordinates, _ body: (RecordBatch.Entry, RawSpan) -> Void) throws {
        let name = names.raw(source.topic)
        guard source.partition >= 0, source.partition < (try log.partitionCount(topic: name)) else { return }
        let kept = try log.watermarks(topic: name, partition: source.partition)
        let offset = identity.shifts.offset(of: source)
        guard kept.contains(offset) else { return }
        try log.read(topic: name, partition: source.partition, range: offset..<offset + 1) { batch in
            for entry in batch.entries where entry.offset == offset { body(entry, batch.value(entry)) }
        }
    }

    /// What a raw record says; the person reference stays in the raw topic.
    private func rawText(_ topic: RawTopic, _ entry: RecordBatch.Entry, _ value: RawSpan) -> String {
        do throws(Refusal) {
            let content = try reading(topic).content(
                of: value, isNull: entry.isNullValue, appendedAt: entry.timestamp, key: keys.key(of:))
            return content.map { text($0, appendedAt: entry.timestamp) } ?? "\(bytesText(value)), not carried"
        } catch {
            return "\(bytesText(value)), refused: \(error)"
        }
    }

    func timelineText(_ value: RawSpan) -> String {
        // The checksum may be what is wrong: what the rest says is shown all the same.
        guard value.byteCount >= TimelineRecord.prefixByteCount else { return bytesText(value) }
        let kind: UInt8 = value.load(littleEndianAt: 9)
        let appendedAt: Int64 = value.load(littleEndianAt: 24)
        var cursor = ByteCursor(value, at: TimelineRecord.prefixByteCount)
        do {
            if kind == 1 {
                let tick: Int64 = try cursor.take()
                return text(
                    .tick(time: tick, secretFingerprint: try cursor.take(), identity.properties), appendedAt: appendedAt
                )
            }
            if kind == 2 { return text(.models(try TimelineRecord.models(in: value)), appendedAt: appendedAt) }
            if kind == 3 {
                return text(.clock(accepted: try TimelineRecord.acceptedClock(in: value)), appendedAt: appendedAt)
            }
            guard let type = EventType(rawValue: kind) else { return bytesText(value) }
            return text(
                .event(try TimelineRecord.person(in: value), try TimelineRecord.event(type, in: value)),
                appendedAt: appendedAt)
        } catch {
            return bytesText(value)
        }
    }

    private func text(_ content: TimelineRecord.Content, appendedAt: Int64) -> String {
        let stamp = "appended \(Timestamp.text(appendedAt))"
        switch content {
        case .properties: return "what the timeline is"
        case .models(let activation):
            let hashes = activation.files.map { unsafe xxh3Digest($0.span.bytes).hex }
            return "models \(hashes.joined(separator: ", ")), \(stamp)"
        case .clock(let accepted): return "the clock accepted up to \(Timestamp.text(accepted)), \(stamp)"
        case .tick(let time, let fingerprint, _):
            return "tick \(Timestamp.text(time)), secret \(String(fingerprint, radix: 16)), \(stamp)"
        case .event(let person, let event):
            // Two keys can be told apart by their hash, and it leads to no person.
            var bytes: [UInt8] = []
            bytes.append(littleEndian: person.high)
            bytes.append(littleEndian: person.low)
            let mark = keys.isKnown ? unsafe ", person \(String(xxh3(bytes.span.bytes) & 0xFFFF_FFFF, radix: 16))" : ""
            let json = EventEncoder.json(person: Identifier("left-out")!, event: event)
            return "\(String(decoding: json, as: UTF8.self)) \(stamp)\(mark)"
        }
    }
}

/// Bytes that may hold a person reference, by length and hash alone.
private func bytesText(_ value: RawSpan) -> String {
    "\(value.byteCount) bytes with XXH3 \(String(xxh3(value), radix: 16))"
}
