import Checksums
import Events
import Scoring

/// From a document to a card that runs: catalogue features only, integer points, and each refusal by name and place.
struct Lowering {
    let document: ScorecardDocument
    let round: Rounding?
    private let features: [String: Feature]
    /// All that stops the document from being a card, in order of place.
    private(set) var errors: [ScorecardFileError] = []
    private(set) var characteristics: [Characteristic] = []
    private var initialScore: Int32 = 0
    /// Whether a number was fractional.
    private var hasRounded = false

    init(_ document: ScorecardDocument, round: Rounding?) {
        self.document = document
        self.round = round
        var features: [String: Feature] = [:]
        var errors: [ScorecardFileError] = []
        for field in document.fields {
            do {
                features[field.name] = try Feature(field.name)
            } catch {
                errors.append(ScorecardFileError(field.place, "\(error)", unknownFeature: field.name))
            }
        }
        self.features = features
        self.errors = errors
        lower()
        self.errors.sort { $0.place < $1.place }
    }

    /// The card, of a file with these bytes. A rounded card is another model than the file as it stands, so its hash
    /// goes over the bytes and `round=HOW`.
    func card(of bytes: [UInt8]) throws(ScorecardFileError) -> Scorecard {
        if let error = errors.first { throw error }
        let suffix = hasRounded ? Array("round=\(round!.rawValue)".utf8) : []
        let hashed = bytes + suffix
        return Scorecard(
            name: document.name, version: document.version, hash: unsafe xxh3Digest(hashed.span.bytes),
            currency: document.extensions.currency!, initialScore: initialScore,
            reasonCodeAlgorithm: document.reasonCodeAlgorithm, baselineMethod: document.baselineMethod,
            characteristics: characteristics, reasonTexts: document.extensions.reasonTexts,
            scale: document.extensions.scale, validUntil: document.extensions.validUntil)
    }

    private mutating func lower() {
        if !document.usesReasonCodes { fail(document.place, "useReasonCodes must be true: each score explains itself") }
        if document.extensions.currency == nil {
            fail(document.place, "name the currency: <Extension name=\"plainscore.currency\" value=\"EUR\"/>")
        }
        initialScore = points(document.initialScore, "initialScore", document.place) ?? 0
        if document.characteristics.count > Scorecard.characteristicsMax {
            fail(document.place, "a card has at most \(Scorecard.characteristicsMax) characteristics")
        }
        for characteristic in document.characteristics {
            do {
                if let lowered = try lower(characteristic) { characteristics.append(lowered) }
            } catch {
                errors.append(error)
            }
        }
        for code in Set(reasonCodes).subtracting(document.extensions.reasonTexts.keys).sorted() {
            fail(
                document.place,
                "reason code \(code) has no text: add <Extension name=\"\(ModelExtensions.reasonPrefix)\(code)\" value=\"…\"/>"
            )
        }
        if !Scorecard.sumsFit(initialScore: initialScore, characteristics) {
            fail(document.place, "the sum of points leaves Int32 (±2,147,483,647): scale the points down")
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
        let noted = errors.count
        let coverage = try Coverage(characteristic)
        guard !coverage.fields.isEmpty else {
            throw ScorecardFileError(
                characteristic.place, "no predicate names a field: a characteristic weighs a feature")
        }
        var attributePoints: [Int32] = []
        for attribute in characteristic.attributes {
            attributePoints.append(points(of: attribute) ?? 0)
            if attribute.reasonCode == nil, characteristic.reasonCode == nil {
                fail(attribute.place, "a reasonCode is wanted, here or on the Characteristic")
            }
        }
        var baseline: Int32?
        if let score = characteristic.baselineScore {
            baseline = points(score, "baselineScore", characteristic.place)
        } else {
            fail(characteristic.place, "baselineScore is wanted here or on the Scorecard")
        }
        for test in characteristic.attributes.flatMap(\.predicate.tests) where features[test.field] == nil {
            // Its DataField is refused above, by place.
            return nil
        }
        guard errors.count == noted else { return nil }
        let bins = coverage.boxes(\.first).enumerated().sorted {
            ($0.element.label, $0.offset) < ($1.element.label, $1.offset)
        }.map { _, box in
            Bin(
                values: box.values[0], others: Array(box.values.dropFirst()), points: attributePoints[box.label],
                reasonCode: characteristic.attributes[box.label].reasonCode, attribute: box.label)
        }
        return Characteristic(
            name: characteristic.name ?? coverage.fields[0], features: coverage.fields.map { features[$0]! },
            reasonCode: characteristic.reasonCode ?? characteristic.attributes[0].reasonCode!,
            baselinePoints: baseline!, bins: bins)
    }

    private mutating func points(of attribute: DocumentAttribute) -> Int32? {
        switch attribute.points {
        case .constant(let number):
            return points(number, "partialScore", attribute.place)
        case .computed:
            fail(attribute.place, "ComplexPartialScore is not supported: points are a whole number per attribute")
            return nil
        }
    }

    private mutating func points(_ number: ExactNumber, _ attribute: String, _ place: Place) -> Int32? {
        if !number.isWhole {
            guard round != nil else {
                let choices = Rounding.allCases.map(\.rawValue).joined(separator: "|")
                fail(
                    place,
                    "\(attribute) must be a whole number, not '\(number.text)': round it, or say how with --round \(choices)"
                )
                return nil
            }
            hasRounded = true
        }
        guard let points = Int32(exactly: round?.whole(number) ?? number.floor), points > .min else {
            fail(place, "\(attribute) must lie within ±2,147,483,647, not '\(number.text)'")
            return nil
        }
        return points
    }

    private mutating func fail(_ place: Place, _ problem: String) {
        errors.append(ScorecardFileError(place, problem))
    }
}
