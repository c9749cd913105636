import Events
import Pipeline
import Scoring
import Wire

// schemas/explanation.md says it field by field.
extension Explanation {
    /// One line, with its newline.
    func json(_ scorecard: Scorecard, history: [ScoreMoment]? = nil) -> String {
        var json = JSONText()
        json.beginObject()
        json.member("status", score == nil ? "noScore" : "scored")
        json.member("day", date(day))
        json.member("dayBeginsAt", Timestamp.text(dayBeginsAt))
        json.member("clock", time: clock)
        json.member("score", optional: score)
        json.member("scoreMin", scorecard.scoreRange.lowerBound)
        json.member("scoreMax", scorecard.scoreRange.upperBound)
        json.member("initialScore", scorecard.initialScore)
        if let missing { json.member("missingFeature", characteristics[missing].feature) }
        json.member("currency", scorecard.currency.description)
        let side = scorecard.reasonCodeAlgorithm == .pointsBelow ? "pointsBelowBaseline" : "pointsAboveBaseline"
        json.array("characteristics", characteristics) { $1.write(side, into: &$0) }
        json.array("reasons", reasons) { json, reason in
            json.member("code", reason.code)
            json.member("text", scorecard.reasonTexts[reason.code] ?? "")
            json.member(named: side, reason.difference)
        }
        json.member("reasonMethod", scorecard.reasonCodeAlgorithm.rawValue)
        json.member("baseline", scorecard.baselineMethod)
        json.array("grants", grants) { $1.write(into: &$0) }
        json.array("forecast", forecast) { $1.write(scorecard, into: &$0) }
        if let history { json.array("history", history) { $1.write(scorecard, into: &$0) } }
        json.key("model")
        json.beginObject()
        json.member("name", scorecard.name)
        json.member("version", scorecard.version)
        json.member("hash", scorecard.hash.hex)
        json.endObject()
        json.endObject()
        return json.line
    }
}

extension PersonAnswer {
    /// One line for a person who is not explained, with its newline.
    var problemJSON: String {
        var json = JSONText()
        json.beginObject()
        switch self {
        case .explained: preconditionFailure("an explanation is no problem")
        case .unknown: json.member("status", "unknown")
        case .withoutConsent(let traces):
            json.member("status", "noConsent")
            json.member("records", traces.records)
        }
        json.member("problem", problem)
        json.endObject()
        return json.line
    }
}

extension ExplainedCharacteristic {
    fileprivate func write(_ side: String, into json: inout JSONText) {
        json.member("characteristic", name)
        inputs[0].write(into: &json)
        json.member("bin", optional: bin)
        json.member("points", optional: points)
        json.member("bestPoints", bestPoints)
        json.member("baselinePoints", baselinePoints)
        json.member(named: side, optional: difference(side == "pointsBelowBaseline"))
        json.member("reasonCode", reasonCode)
        guard inputs.count > 1 else { return }
        json.array("others", Array(inputs.dropFirst())) { json, input in input.write(into: &json) }
    }
}

extension ExplainedCharacteristic.Input {
    fileprivate func write(into json: inout JSONText) {
        json.member("feature", feature)
        json.member("value", optional: value)
        json.key("evidence")
        json.beginObject()
        json.member("role", evidence.role.rawValue)
        json.member("total", evidence.total)
        json.array("newest", evidence.newest) { json, fact in
            json.member("occurredAt", Timestamp.text(fact.occurredAt))
            json.member("day", date(fact.day))
            json.member("type", fact.type.name)
            json.member("producer", optional: fact.producer)
            json.member("eventId", optional: fact.id)
            json.key("amounts")
            json.beginObject()
            for amount in fact.amounts { json.member(named: amount.name, optional: amount.value) }
            json.endObject()
        }
        json.endObject()
    }
}

extension LiveGrant {
    fileprivate func write(into json: inout JSONText) {
        json.member("purpose", purpose.name)
        json.member("grantId", id.text)
        json.member("subscriberReference", subscriberReference.text)
        json.member("expiresAt", Timestamp.text(expiresAt))
        json.member("number", number)
    }
}

extension ForecastMoment {
    fileprivate func write(_ scorecard: Scorecard, into json: inout JSONText) {
        json.member("time", Timestamp.text(time))
        json.member("day", date(day))
        json.array("ended", ended) { $1.write(into: &$0) }
        guard let change else { return }
        json.member("previousScore", optional: change.scoreBefore)
        json.member("score", optional: change.scoreAfter)
        if let missing = change.missing {
            json.member("missingFeature", scorecard.characteristics[missing].feature.name)
        }
        json.array("characteristics", change.movements) { json, movement in
            let characteristic = scorecard.characteristics[movement.characteristic]
            json.member("characteristic", characteristic.name)
            json.member("feature", characteristic.feature.name)
            json.member("valueBefore", optional: movement.valueBefore)
            json.member("valueAfter", optional: movement.valueAfter)
            json.member("pointsBefore", optional: movement.pointsBefore)
            json.member("pointsAfter", optional: movement.pointsAfter)
        }
    }
}

extension ScoreMoment {
    fileprivate func write(_ scorecard: Scorecard, into json: inout JSONText) {
        json.member("day", date(day))
        json.member("clock", time: clock)
        json.member("occurredAt", time: occurredAt)
        json.member("previousScore", optional: previousScore)
        json.member("score", optional: score)
        json.member("cause", causeName)
        json.array("characteristics", movements) { json, movement in
            json.member("characteristic", movement.characteristic)
            json.member("pointsBefore", optional: movement.pointsBefore)
            json.member("pointsAfter", optional: movement.pointsAfter)
        }
    }
}

private func date(_ day: Int32) -> String { CalendarDate(days: day)?.description ?? "" }
