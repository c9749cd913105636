import Events
import Scoring

/// What `plainscore model check` finds in a scorecard file: errors, which keep it from being used, and warnings.
public struct ModelFinding: Equatable, Sendable {
    public enum Severity: String, Sendable { case error, warning }

    public let severity: Severity
    public let place: Place
    /// What is wrong, and the mend.
    public let problem: String
    /// The name that is no feature of the catalogue, where that is the problem.
    public let unknownFeature: String?
}

/// The check of one file, in order of place. All that is found is told at once.
public struct ModelCheck {
    public private(set) var findings: [ModelFinding] = []
    /// nil where there is an error.
    public private(set) var card: Scorecard?

    public var hasErrors: Bool { findings.contains { $0.severity == .error } }

    /// `today` is what a validity date is compared with; nil leaves that out.
    public init(_ bytes: [UInt8], today: CalendarDate? = nil) {
        let faults = Faults()
        let document = ScorecardDocument.read(bytes, faults)
        note(faults.errors.map { .error($0.place, $0.problem) }.oncePerProblem())
        if let document { check(document, bytes, today, isWhole: faults.errors.isEmpty) }
        findings.sort { $0.place < $1.place }
    }

    /// `isWhole`: whether all of the file could be read.
    private mutating func check(
        _ document: ScorecardDocument, _ bytes: [UInt8], _ today: CalendarDate?, isWhole: Bool
    ) {
        let lowering = Lowering(document)
        for error in lowering.errors { note(error) }
        for field in document.fields { checkDomain(field, document) }
        for (name, place) in document.extensions.foreign {
            warn(place, "extension '\(name)' is not read: names here begin with plainscore.")
        }
        for characteristic in document.characteristics {
            note(CharacteristicCheck(characteristic, document)?.findings ?? [])
        }
        checkNames(document)
        if isWhole { checkCodes(document, used: Set(lowering.reasonCodes)) }
        if let end = document.extensions.validUntil, let today, end < today {
            warn(
                document.extensions.places["plainscore.validUntil"] ?? document.place,
                "the model was valid until \(end): give a new date, or another model")
        }
        if !hasErrors { card = try? lowering.card(of: bytes) }
    }

    /// Says where a field's own declaration leaves a person without a score, or weighs nothing.
    private mutating func checkDomain(_ field: DocumentField, _ document: ScorecardDocument) {
        let domain = field.domain
        guard document.characteristics.contains(where: { $0.fieldNames.contains(field.name) }) else {
            if document.characteristics.allSatisfy(\.isWhole) {
                warn(field.place, "no characteristic weighs '\(field.name)': nothing of it changes a score")
            }
            return
        }
        if domain.declaresInvalid, domain.invalidTreatment == .returnInvalid {
            let what = domain.intervals.isEmpty ? "Value" : "Interval"
            warn(
                domain.intervals.first?.place ?? field.place,
                "\(what): no score where '\(field.name)' has a value that is not declared valid (invalidValueTreatment returnInvalid)"
            )
        }
        if domain.isMissingRefused {
            warn(field.miningPlace, "missingValueTreatment returnInvalid: no score while '\(field.name)' is missing")
        }
    }

    private mutating func checkNames(_ document: ScorecardDocument) {
        if document.name.isEmpty { warn(document.place, "the model has no name: give modelName") }
        if document.version.isEmpty { warn(document.place, "the model has no version: give the Header a modelVersion") }
        var names: Set<String> = []
        for characteristic in document.characteristics {
            guard let name = characteristic.name else {
                warn(characteristic.place, "the characteristic has no name: score changes name it by its feature")
                continue
            }
            if !names.insert(name).inserted {
                note([.error(characteristic.place, "a second characteristic is named '\(name)': name it otherwise")])
            }
        }
    }

    private mutating func checkCodes(_ document: ScorecardDocument, used: Set<String>) {
        for code in document.extensions.reasonTexts.keys.sorted() where !used.contains(code) {
            warn(
                document.extensions.places[ModelExtensions.reasonPrefix + code] ?? document.place,
                "no attribute gives reason code \(code): take its text out, or mend the code")
        }
    }

    private mutating func note(_ error: ScorecardFileError) {
        note([
            ModelFinding(
                severity: .error, place: error.place, problem: error.problem, unknownFeature: error.unknownFeature)
        ])
    }

    private mutating func note(_ more: [ModelFinding]) { findings += more }

    private mutating func warn(_ place: Place, _ problem: String) { findings.append(.warning(place, problem)) }
}

extension [ModelFinding] {
    /// One finding for all that say the same, at the first place.
    func oncePerProblem() -> [ModelFinding] {
        Dictionary(grouping: self, by: \.problem).values.map { same in
            let first = same.min { $0.place < $1.place }!
            let places = same.count == 2 ? "1 more place" : "\(same.count - 1) more places"
            return same.count == 1 ? first : .error(first.place, "\(first.problem) (and so in \(places))")
        }
    }
}

extension ModelFinding {
    static func error(_ place: Place, _ problem: String) -> ModelFinding {
        ModelFinding(severity: .error, place: place, problem: problem, unknownFeature: nil)
    }

    static func warning(_ place: Place, _ problem: String) -> ModelFinding {
        ModelFinding(severity: .warning, place: place, problem: problem, unknownFeature: nil)
    }
}
