import Events
import Pipeline
import Scoring
import Wire

// schemas/explanation.md says it field by field.
extension ModelPreview {
    /// One line, with its newline.
    var json: String {
        var json = JSONText()
        json.beginObject()
        for (name, card) in [("present", present), ("other", other)] {
            json.key(named: name)
            card.writeName(into: &json)
        }
        json.member("asOf", time: asOf)
        json.array("positions", positions) { json, position in
            json.member("partition", position.partition)
            json.member("offset", position.offset)
            json.member("clock", time: position.clock)
        }
        json.key("persons")
        json.beginObject()
        json.member("live", persons.live)
        json.member("scoredByBoth", persons.both)
        json.member("onlyByPresent", persons.onlyPresent)
        json.member("onlyByOther", persons.onlyOther)
        json.member("byNeither", persons.neither)
        json.endObject()
        json.key("scores")
        json.beginObject()
        json.member("changed", scoreChanges.changed)
        json.member("higher", scoreChanges.higher)
        json.member("lower", scoreChanges.lower)
        json.member("same", scoreChanges.same)
        json.member("sumOfDifferences", scoreChanges.sum)
        json.endObject()
        writeDistributions(into: &json)
        json.key("reasons")
        json.beginObject()
        json.member("personsChanged", reasonChanges)
        json.array("codes", reasons) { json, shift in
            json.member("code", shift.code)
            json.member("text", shift.text)
            json.member("before", shift.before)
            json.member("after", shift.after)
            json.member("appears", shift.appears)
            json.member("disappears", shift.disappears)
        }
        json.endObject()
        json.array("largest", largest) { $1.write(into: &$0) }
        json.endObject()
        return json.line
    }

    private func writeDistributions(into json: inout JSONText) {
        json.key("differences")
        json.beginObject()
        json.member("width", differences.width)
        json.array("steps", differences.steps) { json, step in
            json.member("from", step.differences.lowerBound)
            json.member("through", step.differences.upperBound)
            json.member("persons", step.persons)
        }
        json.endObject()
        json.key("psi")
        json.beginObject()
        json.member("tenThousandths", optional: stability.tenThousandths)
        json.array("bins", stability.bins) { json, bin in
            json.member("from", optional: bin.from)
            json.member("through", optional: bin.through)
            json.member("before", bin.before)
            json.member("after", bin.after)
        }
        json.endObject()
        json.key("cut")
        guard let cut else { return json.null() }
        json.beginObject()
        json.member("score", cut.cut)
        json.member("isMedian", cut.isMedian)
        json.member("before", cut.before)
        json.member("after", cut.after)
        json.member("beforeBasisPoints", cut.beforeBasisPoints)
        json.member("afterBasisPoints", cut.afterBasisPoints)
        json.member("risen", cut.risen)
        json.member("fallen", cut.fallen)
        json.endObject()
    }
}

extension Scorecard {
    func writeName(into json: inout JSONText) {
        json.beginObject()
        json.member("name", name)
        json.member("version", version)
        json.member("hash", hash.hex)
        json.endObject()
    }
}

extension PersonChange {
    fileprivate func write(into json: inout JSONText) {
        json.member("person", person.hex)
        json.member("scoreBefore", scoreBefore)
        json.member("scoreAfter", scoreAfter)
        json.array("characteristics", parts) { json, part in
            json.member("characteristic", part.name)
            for (name, side) in [("before", part.before), ("after", part.after)] {
                json.key(named: name)
                guard let side else {
                    json.null()
                    continue
                }
                json.beginObject()
                json.member("feature", side.feature)
                json.member("value", optional: side.value)
                json.member("bin", side.bin)
                json.member("points", side.points)
                json.endObject()
            }
        }
        for (name, codes) in [("reasonsBefore", reasonsBefore), ("reasonsAfter", reasonsAfter)] {
            json.key(named: name)
            json.beginArray()
            for code in codes { json.value(code) }
            json.endArray()
        }
    }
}

extension PersonKey {
    /// 32 hexadecimal digits, high first.
    var hex: String {
        [high, low].map { half in
            let digits = String(half, radix: 16)
            return String(repeating: "0", count: 16 - digits.count) + digits
        }.joined()
    }
}
