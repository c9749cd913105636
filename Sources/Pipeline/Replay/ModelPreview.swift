import Events
import Scoring

/// What another model makes of the same persons, beside the one that speaks: a preview, of which nothing is published.
public struct ModelPreview: Sendable {
    /// The one that speaks there.
    public let present: Scorecard
    public let other: Scorecard
    /// The time at which the folds stopped, ms UTC; nil: at what the aggregator had committed.
    public let asOf: Int64?
    public let positions: [Position]
    public let persons: Persons
    public let scoreChanges: ScoreChanges
    public let differences: DifferenceHistogram
    public let stability: PopulationStability
    /// nil where nobody is scored by both and no cut was given.
    public let cut: CutShares?
    /// By code, ascending.
    public let reasons: [ReasonShift]
    /// Persons whose reasons, codes in their order, are not the same by both.
    public let reasonChanges: Int
    /// Largest first; of equal ones in the order of keys.
    public let largest: [PersonChange]

    /// Where a partition was left.
    public struct Position: Sendable {
        public let partition: Int32
        /// Of the next record.
        public let offset: Int64
        public let clock: Int64?
    }

    /// Persons with a live grant, by whether the models have a score of them.
    public struct Persons: Equatable, Sendable {
        public internal(set) var both: Int
        public internal(set) var onlyPresent: Int
        public internal(set) var onlyOther: Int
        public internal(set) var neither: Int

        public init(both: Int = 0, onlyPresent: Int = 0, onlyOther: Int = 0, neither: Int = 0) {
            self.both = both
            self.onlyPresent = onlyPresent
            self.onlyOther = onlyOther
            self.neither = neither
        }

        public var live: Int { both + onlyPresent + onlyOther + neither }
    }

    /// Of those scored by both.
    public struct ScoreChanges: Equatable, Sendable {
        public internal(set) var higher = 0
        public internal(set) var lower = 0
        public internal(set) var same = 0
        /// Of all differences, other less present.
        public internal(set) var sum: Int64 = 0

        public var changed: Int { higher + lower }
    }

    /// What becomes of one reason code among those scored by both.
    public struct ReasonShift: Equatable, Sendable {
        public let code: String
        /// Of the present model's card, else of the other's.
        public internal(set) var text = ""
        public internal(set) var before = 0
        public internal(set) var after = 0
        /// Persons who have it by the other model and not by the present one.
        public internal(set) var appears = 0
        public internal(set) var disappears = 0
    }
}

/// One person whose score changes, part by part. They are named by their key alone.
public struct PersonChange: Sendable {
    public let person: PersonKey
    public let scoreBefore: Int32
    public let scoreAfter: Int32
    /// The present card's characteristics in their order, then those that only the other has.
    public let parts: [Part]
    public let reasonsBefore: [String]
    public let reasonsAfter: [String]

    public var difference: Int64 { Int64(scoreAfter) - Int64(scoreBefore) }

    public struct Part: Sendable {
        public let name: String
        /// nil where this card has no characteristic of the name.
        public let before: Side?
        public let after: Side?
    }

    public struct Side: Sendable {
        public let feature: String
        public let value: Int64?
        /// In words.
        public let bin: String
        public let points: Int32
    }
}

/// What a model says of a person: the score, and the codes of its reasons in their order.
struct Standing: Equatable {
    let score: Int32
    let reasons: [String]
}

/// Gathers persons one at a time; what it keeps of each is a key and two scores.
struct ModelPreviewCount {
    let other: Scorecard
    private(set) var persons = ModelPreview.Persons()
    private(set) var scoreChanges = ModelPreview.ScoreChanges()
    private(set) var reasonChanges = 0
    private(set) var before: [Int32] = []
    private(set) var after: [Int32] = []
    private var shifts: [String: ModelPreview.ReasonShift] = [:]

    init(other: Scorecard) { self.other = other }

    var differences: [Int32] { zip(before, after).map { Int32(clamping: Int64($1) - Int64($0)) } }

    /// - Parameter present: the card that speaks: its texts go before the other's.
    func reasons(present: Scorecard) -> [ModelPreview.ReasonShift] {
        shifts.values.sorted { $0.code < $1.code }.map { shift in
            var shift = shift
            shift.text = present.reasonTexts[shift.code] ?? other.reasonTexts[shift.code] ?? ""
            return shift
        }
    }

    /// A person with a live grant; nil for a model that has no score of them.
    mutating func take(present standing: Standing?, other otherStanding: Standing?) {
        switch (standing, otherStanding) {
        case (nil, nil): persons.neither += 1
        case (_?, nil): persons.onlyPresent += 1
        case (nil, _?): persons.onlyOther += 1
        case (let old?, let new?):
            persons.both += 1
            before.append(old.score)
            after.append(new.score)
            if new.score > old.score { scoreChanges.higher += 1 }
            if new.score < old.score { scoreChanges.lower += 1 }
            if new.score == old.score { scoreChanges.same += 1 }
            scoreChanges.sum += Int64(new.score) - Int64(old.score)
            takeReasons(old.reasons, new.reasons)
        }
    }

    private mutating func takeReasons(_ before: [String], _ after: [String]) {
        if before != after { reasonChanges += 1 }
        for code in before {
            change(code) { shift in
                shift.before += 1
                if !after.contains(code) { shift.disappears += 1 }
            }
        }
        for code in after {
            change(code) { shift in
                shift.after += 1
                if !before.contains(code) { shift.appears += 1 }
            }
        }
    }

    private mutating func change(_ code: String, _ body: (inout ModelPreview.ReasonShift) -> Void) {
        body(&shifts[code, default: ModelPreview.ReasonShift(code: code)])
    }
}

extension PersonChange {
    /// - Parameters: what either model's fold explains of the person, who has a score by both.
    init(_ person: PersonKey, before: Explanation, after: Explanation) {
        self.person = person
        scoreBefore = before.score!
        scoreAfter = after.score!
        reasonsBefore = before.reasons.map(\.code)
        reasonsAfter = after.reasons.map(\.code)
        let names = before.characteristics.map(\.name)
        parts =
            before.characteristics.map { old in
                Part(
                    name: old.name, before: Side(old),
                    after: after.characteristics.first { $0.name == old.name }.map(Side.init))
            }
            + after.characteristics.filter { !names.contains($0.name) }.map { new in
                Part(name: new.name, before: nil, after: Side(new))
            }
    }
}

extension PersonChange.Side {
    init(_ characteristic: ExplainedCharacteristic) {
        feature = characteristic.feature
        value = characteristic.value
        bin = characteristic.bin ?? "none"
        points = characteristic.points ?? 0
    }
}
