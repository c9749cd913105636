import Checksums
import Scoring
import Wire

/// A card, and what score changes say of it as members of JSON that are made once: they are most of a score change.
final class ScorecardText: Sendable {
    let scorecard: Scorecard
    /// `initialScore`
    let initialScore: [UInt8]
    /// `characteristic` and `feature`, in the card's order.
    let characteristics: [[UInt8]]
    /// `missingFeature`, in the card's order.
    let missing: [[UInt8]]
    /// `code` and `text`, in the order of `Scorecard.reasonCodes`.
    let reasons: [[UInt8]]
    /// `reasonMethod` and `baseline`
    let reasonMethod: [UInt8]
    /// `pointsBelowBaseline` or `pointsAboveBaseline`: how far off.
    let differenceName: String
    /// `model`
    let model: [UInt8]

    init(_ scorecard: Scorecard) {
        self.scorecard = scorecard
        func members(_ write: (inout JSONText) -> Void) -> [UInt8] {
            var json = JSONText()
            write(&json)
            return json.bytes
        }
        initialScore = members { $0.member("initialScore", scorecard.initialScore) }
        characteristics = scorecard.characteristics.map { characteristic in
            members {
                $0.member("characteristic", characteristic.name)
                $0.member("feature", characteristic.feature.name)
            }
        }
        missing = scorecard.characteristics.map { characteristic in
            members { $0.member("missingFeature", characteristic.feature.name) }
        }
        reasons = scorecard.reasonCodes.map { code in
            members {
                $0.member("code", code)
                $0.member("text", scorecard.reasonTexts[code] ?? "")
            }
        }
        reasonMethod = members {
            $0.member("reasonMethod", scorecard.reasonCodeAlgorithm.rawValue)
            $0.member("baseline", scorecard.baselineMethod)
        }
        differenceName =
            scorecard.reasonCodeAlgorithm == .pointsBelow ? "pointsBelowBaseline" : "pointsAboveBaseline"
        model = members {
            $0.key("model")
            $0.beginObject()
            $0.member("name", scorecard.name)
            $0.member("version", scorecard.version)
            $0.member("hash", scorecard.hash.hex)
            $0.endObject()
        }
    }
}

/// The cards that speak in a log, by their hashes, each with its text.
struct ScorecardTexts {
    private var made: [Digest128: ScorecardText] = [:]

    subscript(hash: Digest128) -> ScorecardText? { made[hash] }

    mutating func add(_ scorecard: Scorecard) {
        if made[scorecard.hash] == nil { made[scorecard.hash] = ScorecardText(scorecard) }
    }

    /// The one with this hash; `find` looks for it where it has not been added yet.
    mutating func text(of hash: Digest128, _ find: (Digest128) throws -> Scorecard?) rethrows -> ScorecardText? {
        if let text = made[hash] { return text }
        guard let scorecard = try find(hash) else { return nil }
        add(scorecard)
        return made[hash]
    }
}
