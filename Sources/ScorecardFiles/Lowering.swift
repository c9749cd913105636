import Checksums
import Events
import Scoring

/// From a document to a card that runs: catalogue features only, whole points, and each refusal by name and place. What
/// is wrong in many places for one reason is told once, at the first of them.
struct Lowering {
    let document: ScorecardDocument
    private let features: [String: Feature]
    private var faults = CauseList()
    private(set) var characteristics: [Characteristic] = []
    private var initialScore: Int32 = 0

    static let currencyWanted = "name the currency"

    /// All that stops the document from being a card, in order of place.
    var errors: [ScorecardFileError] { faults.errors }

    init(_ document: ScorecardDocument) {
        self.document = document
        var features: [String: Feature] = [:]
        for field in document.fields {
            do throws(ScorecardFileError) {
                if field.isText {
                    throw ScorecardFileError(
                        field.place,
                        "'\(field.name)' is not a feature: it is a \(field.dataType), and each feature is a whole number, so none can stand for it",
                        unknownFeature: field.name)
                }
                let feature = try Self.feature(field)
                if let other = features.values.first(where: { $0 == feature }) {
                    throw ScorecardFileError(
                        field.place, "'\(field.name)' is \(other.name), as another field is: weigh it by one of them")
                }
                features[field.name] = feature
            } catch {
                faults.note(error)
            }
        }
        self.features = features
        lower()
    }

    private static func feature(_ field: DocumentField) throws(ScorecardFileError) -> Feature {
        let feature: Feature
        do {
            feature = try Feature(field.featureName)
        } catch {
            throw ScorecardFileError(
                field.place, "\(error); `plainscore model adapt` maps fields of another name",
                unknownFeature: field.featureName)
        }
        guard field.domain.missingReplacement == nil || feature.canBeMissing else {
            throw ScorecardFileError(
                field.miningPlace, "missingValueReplacement: \(feature.name) is never missing; take it out")
        }
        return feature
    }

    /// The card, of a file with these bytes.
    func card(of bytes: [UInt8]) throws(ScorecardFileError) -> Scorecard {
        if let error = errors.first { throw error }
        return Scorecard(
            name: document.name, version: document.version, hash: unsafe xxh3Digest(bytes.span.bytes),
            currency: document.extensions.currency!, initialScore: initialScore,
            reasonCodeAlgorithm: document.reasonCodeAlgorithm, baselineMethod: document.baselineMethod,
            characteristics: characteristics, reasonTexts: document.extensions.reasonTexts,
            scale: document.extensions.scale, validUntil: document.extensions.validUntil)
    }

    private mutating func lower() {
        let place = document.place
        if document.extensions.currency == nil {
            faults.note(place, "\(Self.currencyWanted): <Extension name=\"plainscore.currency\" value=\"EUR\"/>")
        }
        initialScore = points(document.initialScore, "initialScore", place) ?? 0
        if document.characteristics.count > Scorecard.characteristicsMax {
            faults.note(place, "a card has at most \(Scorecard.characteristicsMax) characteristics")
        }
        for characteristic in document.characteristics {
            do {
                if let lowered = try lower(characteristic) { characteristics.append(lowered) }
            } catch {
                faults.note(error)
            }
        }
        checkReasons()
        if !Scorecard.sumsFit(initialScore: initialScore, characteristics) {
            faults.note(place, "the sum of points leaves Int32 (±2,147,483,647): scale the points down")
        }
    }

    private mutating func checkReasons() {
        if !document.usesReasonCodes {
            faults.note(
                document.place,
                "useReasonCodes must be true: each score explains itself; `plainscore model adapt` gives each characteristic a reason code"
            )
        }
        let texts = document.extensions.reasonTexts
        for code in Set(reasonCodes).sorted() where texts[code] == nil {
            faults.note(
                .textless, document.place,
                "reason code \(code) has no text: add <Extension name=\"\(ModelExtensions.reasonPrefix)\(code)\" value=\"…\"/>, or let `plainscore model adapt` do it"
            )
        }
    }

    /// All codes that a score of this document can give.
    var reasonCodes: [String] {
        document.characteristics.flatMap { characteristic in
            characteristic.attributes.compactMap { $0.reasonCode ?? characteristic.reasonCode }
        }
    }

    /// nil where an error is noted that leaves no characteristic.
    private mutating func lower(_ characteristic: DocumentCharacteristic) throws(ScorecardFileError)
        -> Characteristic?
    {
        let noted = faults.count
        var attributePoints: [Int32] = []
        for attribute in characteristic.attributes {
            attributePoints.append(points(of: attribute) ?? 0)
            if attribute.reasonCode == nil, characteristic.reasonCode == nil, document.usesReasonCodes {
                faults.note(
                    .codeless, attribute.place,
                    "a reasonCode is wanted, here or on the Characteristic; `plainscore model adapt` gives one")
            }
        }
        let baseline = baseline(of: characteristic)
        guard characteristic.isWhole else { return nil }
        let coverage = try Coverage(characteristic, document.fields)
        guard !coverage.fields.isEmpty else {
            throw ScorecardFileError(
                characteristic.place, "no predicate names a field: a characteristic weighs a feature")
        }
        let weighed = coverage.fields.compactMap { features[$0] }
        // A field that is no feature is refused above, by place.
        guard faults.count == noted, weighed.count == coverage.fields.count, let baseline else { return nil }
        guard let code = characteristic.reasonCode ?? characteristic.attributes[0].reasonCode else { return nil }
        let bins = coverage.boxes(\.attributes.first).enumerated().sorted {
            ($0.element.label, $0.offset) < ($1.element.label, $1.offset)
        }.map { _, box in
            Bin(
                values: box.values[0], others: Array(box.values.dropFirst()), points: attributePoints[box.label],
                reasonCode: characteristic.attributes[box.label].reasonCode, attribute: box.label)
        }
        return Characteristic(
            name: characteristic.name ?? coverage.fields[0], features: weighed, reasonCode: code,
            baselinePoints: baseline, bins: bins)
    }

    private mutating func baseline(of characteristic: DocumentCharacteristic) -> Int32? {
        if let score = characteristic.baselineScore { return points(score, "baselineScore", characteristic.place) }
        faults.note(
            .baseless, characteristic.place,
            "baselineScore is wanted here or on the Scorecard; `plainscore model adapt` gives one")
        return nil
    }

    private mutating func points(of attribute: DocumentAttribute) -> Int32? {
        switch attribute.points {
        case .constant(let number):
            return points(number, "partialScore", attribute.place)
        case .computed:
            faults.note(
                .computed, attribute.place,
                "ComplexPartialScore is not supported: points are a whole number per attribute")
            return nil
        }
    }

    private mutating func points(_ number: ExactNumber, _ attribute: String, _ place: Place) -> Int32? {
        guard number.isWhole else {
            faults.note(
                .fractional, place,
                "\(attribute) must be a whole number, not '\(number.text)': `plainscore model adapt --round halfEven FILE -o OUT` writes rounded points and says what that costs"
            )
            return nil
        }
        guard let points = Int32(exactly: number.floor), points > .min else {
            faults.note(place, "\(attribute) must lie within ±2,147,483,647, not '\(number.text)'")
            return nil
        }
        return points
    }
}
