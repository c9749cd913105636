import Checksums
import Events
import Scoring
import Wire

extension ScoreResult {
    /// The result as JSON for an operator: all that it says, characteristics by name where the card is the one it is of.
    func text(_ card: (Digest128) -> Scorecard?) -> String {
        let card = card(model)
        var json = JSONText()
        json.beginObject()
        json.member("sequence", sequence)
        json.member("timelinePartition", timelinePartition)
        json.member("timelineOffset", timelineOffset)
        json.member("day", CalendarDate(days: day)?.description ?? "\(day)")
        json.member("cause", cause.kind.name)
        if let event = cause.event {
            json.member("event", "\(event.source)")
            if cause.kind != .model { json.member("eventId", event.id.text) }
            json.member("occurredAt", Timestamp.text(event.occurredAt))
        }
        if let score { json.member("score", score) }
        if let previousScore { json.member("previousScore", previousScore) }
        if isEnd { json.member("end", true) }
        if let missing { json.member("missing", card.flatMap { $0.name(missing) } ?? "\(missing)") }
        json.member("model", model.hex)
        json.key("movements")
        json.beginArray()
        for (index, movement) in movements.enumerated() {
            json.beginObject()
            json.member("characteristic", card?.name(index) ?? "\(index)")
            if let bin = movement.binBefore { json.member("binBefore", bin) }
            if let bin = movement.binAfter { json.member("binAfter", bin) }
            if let points = movement.pointsBefore { json.member("pointsBefore", points) }
            if let points = movement.pointsAfter { json.member("pointsAfter", points) }
            json.endObject()
        }
        json.endArray()
        json.key("recipients")
        json.beginArray()
        for recipient in recipients {
            json.beginObject()
            json.member("purpose", recipient.purpose.name)
            json.member("grantId", recipient.grant.text)
            json.member("subscriberReference", recipient.subscriberReference.text)
            json.member("opening", "\(recipient.opening)")
            json.member("number", recipient.number)
            json.endObject()
        }
        json.endArray()
        json.endObject()
        return String(decoding: json.bytes, as: UTF8.self)
    }

    /// The same of a result's bytes, or why they are none; the chain that it carries goes before it.
    static func text(of bytes: RawSpan, _ card: (Digest128) -> Scorecard?) -> String {
        do {
            var cursor = ByteCursor(bytes)
            let (result, chain) = try next(from: &cursor, verifying: nil)
            return "chain \(chain.hex) \(result.text(card))"
        } catch {
            return "no result: \(error)"
        }
    }
}

extension Scorecard {
    fileprivate func name(_ index: Int) -> String? {
        characteristics.indices.contains(index) ? characteristics[index].name : nil
    }
}
