import Checksums
import Events
import Scoring
import Wire

/// The downstream contract: one result as one subscriber gets it (schemas/plainscore/v1/score_change.proto), here as JSON.
///
/// Only what moved is said. The member `checksum` is last: XXH3 of all bytes before its comma, as 16 hexadecimal digits.
struct ScoreChange {
    let result: ScoreResult
    let card: ScorecardText

    var scorecard: Scorecard { card.scorecard }

    /// Appends the value for one recipient. The same result and recipient give the same bytes, always.
    func encode(for recipient: ScoreResult.Recipient, into bytes: inout [UInt8]) {
        let start = bytes.count
        var json = JSONText(bytes: consume bytes)  // moved, not copied: many changes share one buffer
        json.beginObject()
        json.member("grantId", recipient.grant)
        json.member("number", recipient.number)
        json.key("opening")
        source(recipient.opening, into: &json)
        json.member("subscriberReference", recipient.subscriberReference)
        json.member("purpose", recipient.purpose.name)
        json.member("kind", result.isEnd ? "WITHDRAWN" : "CHANGE")
        if let score = result.score { json.member("score", score) }
        if let previous = result.previousScore { json.member("previousScore", previous) }
        if !result.isEnd {
            json.members(card.initialScore)
            points(into: &json)
            reasons(into: &json)
            if let missing = result.missing { json.members(card.missing[missing]) }
        }
        cause(into: &json)
        json.members(card.model)
        day(into: &json)
        json.key("timeline")
        json.beginObject()
        json.member("partition", result.timelinePartition)
        json.member("offset", result.timelineOffset)
        json.member("sequence", result.sequence)
        json.endObject()
        let checksum = unsafe xxh3(json.bytes.span.bytes.extracting(start...))
        json.key("checksum")
        json.value(hexadecimal: checksum)
        json.endObject()
        bytes = json.bytes
    }

    /// Points of every characteristic that moved; all of them for a first score, and where another model took effect.
    private func points(into json: inout JSONText) {
        json.key("points")
        json.beginArray()
        for index in result.movements.indices {
            let movement = result.movements[index]
            guard movement.pointsBefore != movement.pointsAfter else { continue }
            json.beginObject()
            json.members(card.characteristics[index])
            if let before = movement.pointsBefore { json.member("before", before) }
            if let after = movement.pointsAfter { json.member("after", after) }
            json.endObject()
        }
        json.endArray()
    }

    private func reasons(into json: inout JSONText) {
        guard result.score != nil else { return }
        json.key("reasons")
        json.beginArray()
        scorecard.forEachReason(
            bin: { result.movements[$0].binAfter! },
            do: { code, difference in
                json.beginObject()
                json.members(card.reasons[code])
                json.member(named: card.differenceName, difference)
                json.endObject()
            })
        json.endArray()
        json.members(card.reasonMethod)
    }

    private func cause(into json: inout JSONText) {
        json.key("cause")
        json.beginObject()
        json.member("kind", result.cause.kind.name)
        if let event = result.cause.event {
            if result.cause.kind != .model { json.member("eventId", event.id) }
            json.member("topic", event.source.topic.name)
            json.member("partition", event.source.partition)
            json.member("offset", event.source.offset)
            json.key("occurredAt")
            json.value(time: event.occurredAt)
        } else {
            day(into: &json)
        }
        json.endObject()
    }

    private func day(into json: inout JSONText) {
        json.key("day")
        if let date = CalendarDate(days: result.day) { json.value(date) } else { json.value("") }
    }

    private func source(_ coordinates: Coordinates, into json: inout JSONText) {
        json.beginObject()
        json.member("topic", coordinates.topic.name)
        json.member("partition", coordinates.partition)
        json.member("offset", coordinates.offset)
        json.endObject()
    }
}

extension ScoreResult.Cause.Kind {
    var name: String {
        switch self {
        case .event: "EVENT"
        case .rollOff: "ROLL_OFF"
        case .correction: "CORRECTION"
        case .consent: "CONSENT"
        case .expiry: "EXPIRY"
        case .model: "MODEL"
        }
    }
}

/// 16 hexadecimal digits.
func checksumText(_ value: UInt64) -> String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
}
