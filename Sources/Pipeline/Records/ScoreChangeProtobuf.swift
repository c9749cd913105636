import Checksums
import Events
import Scoring
import Wire

/// Score changes as Protobuf (schemas/plainscore/v1/score_change.proto): what the JSON says and nothing else, fields in the
/// order of their numbers. `checksum` is last: XXH3 of all bytes before its tag.
extension ScoreChange {
    /// Appends the value for one recipient. The same result and recipient give the same bytes, always.
    func encodeProtobuf(for recipient: ScoreResult.Recipient, into bytes: inout [UInt8]) {
        let start = bytes.count
        var protobuf = ProtobufBytes(bytes: consume bytes)  // moved, not copied: many changes share one buffer
        protobuf.member(1, recipient.grant.span)
        protobuf.member(2, recipient.number)
        let opening = protobuf.begin(3)
        source(recipient.opening, from: 1, into: &protobuf)
        protobuf.end(opening)
        protobuf.member(4, recipient.subscriberReference.span)
        protobuf.member(5, recipient.purpose.name)
        protobuf.member(6, result.isEnd ? 2 : 1)
        if let score = result.score { protobuf.member(7, score) }
        if let previous = result.previousScore { protobuf.member(8, previous) }
        if !result.isEnd {
            protobuf.member(9, scorecard.initialScore)
            points(into: &protobuf)
            reasons(into: &protobuf)
        }
        cause(into: &protobuf)
        model(into: &protobuf)
        protobuf.member(16, CalendarDate(days: result.day)?.description ?? "")
        if !result.isEnd, let missing = result.missing {
            protobuf.member(17, scorecard.characteristics[missing].feature.name)
        }
        let timeline = protobuf.begin(18)
        protobuf.member(1, result.timelinePartition)
        protobuf.member(2, result.timelineOffset)
        protobuf.member(3, result.sequence)
        protobuf.end(timeline)
        let checksum = unsafe xxh3(protobuf.bytes.span.bytes.extracting(start...))
        protobuf.member(19, checksumText(checksum))
        bytes = protobuf.bytes
    }

    private func points(into protobuf: inout ProtobufBytes) {
        for (characteristic, movement) in zip(scorecard.characteristics, result.movements)
        where movement.pointsBefore != movement.pointsAfter {
            let point = protobuf.begin(10)
            protobuf.member(1, characteristic.name)
            protobuf.member(2, characteristic.feature.name)
            if let before = movement.pointsBefore { protobuf.member(3, before) }
            if let after = movement.pointsAfter { protobuf.member(4, after) }
            protobuf.end(point)
        }
    }

    private func reasons(into protobuf: inout ProtobufBytes) {
        guard result.score != nil else { return }
        let isBelow = scorecard.reasonCodeAlgorithm == .pointsBelow
        scorecard.forEachReason(
            bin: { result.movements[$0].binAfter! },
            do: { code, difference in
                let start = protobuf.begin(11)
                protobuf.member(1, scorecard.reasonCodes[code])
                protobuf.member(2, scorecard.reasonTexts[scorecard.reasonCodes[code]] ?? "")
                protobuf.member(isBelow ? 3 : 4, difference)
                protobuf.end(start)
            })
        protobuf.member(12, scorecard.reasonCodeAlgorithm.rawValue)
        protobuf.member(13, scorecard.baselineMethod)
    }

    private func cause(into protobuf: inout ProtobufBytes) {
        let start = protobuf.begin(14)
        protobuf.member(1, result.cause.kind.rawValue)
        if let event = result.cause.event {
            if result.cause.kind != .model { protobuf.member(2, event.id.span) }
            source(event.source, from: 3, into: &protobuf)
            protobuf.member(6, Timestamp.text(event.occurredAt))
        } else {
            protobuf.member(7, CalendarDate(days: result.day)?.description ?? "")
        }
        protobuf.end(start)
    }

    private func model(into protobuf: inout ProtobufBytes) {
        let start = protobuf.begin(15)
        protobuf.member(1, scorecard.name)
        protobuf.member(2, scorecard.version)
        protobuf.member(3, scorecard.hash.hex)
        protobuf.end(start)
    }

    /// Topic, partition and offset as three fields from number `first` on.
    private func source(_ coordinates: Coordinates, from first: Int, into protobuf: inout ProtobufBytes) {
        protobuf.member(first, coordinates.topic.name)
        protobuf.member(first + 1, coordinates.partition)
        protobuf.member(first + 2, coordinates.offset)
    }
}
