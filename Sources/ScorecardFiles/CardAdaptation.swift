import Scoring

/// Makes of a scorecard file as another tool wrote it one that loads here: each field's feature, the currency, reason
/// codes with their texts, baselines, whole points. What `CardMap` says is taken, else what the file has, else a proposal
/// by a rule (`schemas/scorecards.md`). Predicates stay as they are, so the card gives the scores that it gave before.
public struct CardAdaptation {
    /// Errors of the file that are left; then there is nothing to write. Lines are those of the given file.
    public private(set) var findings: [ModelFinding] = []
    /// What the map names and the file does not have.
    public private(set) var mapErrors: [CardMapError] = []
    /// What was added or changed, a line each.
    public private(set) var notes: [String] = []
    public private(set) var cost: RoundingCost?
    /// The adapted file; nil with errors.
    public private(set) var bytes: [UInt8]?
    /// A map that says what was taken, with empty strings for what only the owner knows.
    public private(set) var proposal = ProposedMap()

    /// Whether the file could be read, so that the proposal says all that it lacks.
    public private(set) var isReadable = false

    private let map: CardMap
    private let round: Rounding?
    private var edits = TagEdits()
    /// Fields that no feature is named for.
    private var unmapped: [DocumentField] = []
    /// The code of each characteristic that has none of its own.
    private var codes: [Int: String] = [:]
    private var rounded = 0

    public init(_ file: [UInt8], map: CardMap, round: Rounding?) {
        self.map = map
        self.round = round
        let faults = Faults()
        guard let root = faults.attempt({ () throws(ScorecardFileError) in try ScorecardDocument.tree(file) }),
            let document = ScorecardDocument.read(root, faults), faults.errors.isEmpty,
            let card = root.child("Scorecard")
        else {
            findings = faults.errors.map { .error($0.place, $0.problem) }.oncePerProblem().sorted {
                $0.place < $1.place
            }
            return
        }
        isReadable = true
        adaptFields(document, root, card)
        adaptCard(document, root, card)
        let hasCurrency = !proposal.currency.isEmpty
        adaptReasons(document, card)
        adaptBaselines(document, card)
        if let round { cost = roundPoints(document, card, round) }
        checkMap(document)
        finish(file)
        guard !hasCurrency else { return }
        findings.removeAll { $0.problem.hasPrefix(Lowering.currencyWanted) }
        findings.append(.error(document.place, "the currency is wanted: currency = \"EUR\" in the map"))
        findings.sort { $0.place < $1.place }
    }

    /// Checks what was made, under the lines of the given file.
    private mutating func finish(_ file: [UInt8]) {
        let check = ModelCheck(edits.applied(to: file, ownLines: false))
        let told = Set(unmapped.map(\.featureName))
        findings = check.findings.filter { finding in
            finding.severity == .error && !told.contains(finding.unknownFeature ?? "")
        }
        for field in unmapped {
            let near = Feature.near(field.name)
            let advice =
                near.isEmpty
                ? "`plainscore features` lists them" : "near by name: \(near.map { "'\($0)'" }.joined(separator: ", "))"
            findings.append(
                .error(
                    field.place,
                    "field '\(field.name)' has no feature: give it one under [fields] of the map; \(advice)"))
        }
        findings.sort { $0.place < $1.place }
        if findings.isEmpty, mapErrors.isEmpty { bytes = edits.applied(to: file) }
    }

    private mutating func adaptFields(_ document: ScorecardDocument, _ root: XMLTree, _ card: XMLTree) {
        let elements = root.child("DataDictionary")?.children("DataField") ?? []
        let mining = card.child("MiningSchema")?.children("MiningField") ?? []
        for field in document.fields {
            let given = map.value("fields", field.name)
            let isWeighed = document.characteristics.contains { $0.fieldNames.contains(field.name) }
            guard let element = elements.first(where: { $0["name"] == field.name }),
                let miningElement = mining.first(where: { $0["name"] == field.name })
            else { continue }
            let name = given ?? field.featureName
            guard !field.isText, let feature = try? Feature(name) else {
                if !isWeighed, given == nil {
                    edits.set("usageType", "supplementary", of: miningElement)
                    notes.append("field '\(field.name)': no characteristic weighs it; it is supplementary")
                } else if !field.isText, given == nil {
                    unmapped.append(field)
                    proposal.fields.append((field.name, "", Feature.near(field.name)))
                } else if let given {
                    mapErrors.append(error("fields", field.name, Self.problem(given, field)))
                }
                continue
            }
            if given != nil, name != field.featureName {
                if let old = element.children("Extension").first(where: { $0["name"] == FieldReader.featureExtension })
                {
                    edits.set("value", name, of: old)
                } else {
                    edits.addExtension(FieldReader.featureExtension, name, to: element)
                }
                notes.append("field '\(field.name)' is \(name)")
                proposal.fields.append((field.name, name, []))
            }
            if field.domain.missingReplacement != nil, !feature.canBeMissing {
                edits.set("missingValueReplacement", nil, of: miningElement)
                notes.append("field '\(field.name)': missingValueReplacement taken out, as \(name) is never missing")
            }
        }
    }

    private static func problem(_ feature: String, _ field: DocumentField) -> String {
        if field.isText { return "field '\(field.name)' is a \(field.dataType), and each feature is a whole number" }
        do {
            _ = try Feature(feature)
            return ""
        } catch {
            return "\(error)"
        }
    }

    private mutating func adaptCard(_ document: ScorecardDocument, _ root: XMLTree, _ card: XMLTree) {
        if let currency = map.value("", "currency") {
            if let old = card.children("Extension").first(where: { $0["name"] == "plainscore.currency" }) {
                edits.set("value", currency, of: old)
            } else {
                edits.addExtension("plainscore.currency", currency, to: card)
            }
            notes.append("currency \(currency)")
        }
        proposal.currency = map.value("", "currency") ?? document.extensions.currency?.description ?? ""
        if let name = map.value("", "name") { edits.set("modelName", name, of: card) }
        if let version = map.value("", "version"), let header = root.child("Header") {
            edits.set("modelVersion", version, of: header)
        }
    }

    /// Each attribute has a code, its characteristic's if not its own; each code has a text.
    private mutating func adaptReasons(_ document: ScorecardDocument, _ card: XMLTree) {
        if !document.usesReasonCodes { edits.set("useReasonCodes", "true", of: card) }
        var used: Set<String> = []
        for characteristic in document.characteristics {
            used.formUnion(characteristic.attributes.compactMap { $0.reasonCode ?? characteristic.reasonCode })
        }
        var texts: [(code: String, text: String)] = []
        for (index, element) in (card.child("Characteristics")?.children("Characteristic") ?? []).enumerated() {
            let characteristic = document.characteristics[index]
            let given = map.value("codes", characteristic.key(index))
            let lacks = characteristic.reasonCode == nil && characteristic.attributes.contains { $0.reasonCode == nil }
            if lacks || given != nil {
                let code = given ?? Self.free(index + 1, used)
                used.insert(code)
                codes[index] = code
                edits.set("reasonCode", code, of: element)
                notes.append("characteristic '\(characteristic.key(index))' has reason code \(code)")
                proposal.codes.append((characteristic.key(index), code))
            }
            let own = codes[index] ?? characteristic.reasonCode
            for code in characteristic.attributes.compactMap({ $0.reasonCode ?? own })
            where !texts.contains(where: { $0.code == code }) {
                texts.append((code, proposedText(characteristic, document)))
            }
        }
        for (code, proposed) in texts {
            let given = map.value("texts", code)
            let name = ModelExtensions.reasonPrefix + code
            if let given, let old = card.children("Extension").first(where: { $0["name"] == name }) {
                edits.set("value", given, of: old)
            } else if given != nil || document.extensions.reasonTexts[code] == nil {
                edits.addExtension(name, given ?? proposed, to: card)
                if given == nil { notes.append("the text of \(code) is proposed: '\(proposed)'; write your own") }
                proposal.texts.append((code, given ?? proposed))
            }
        }
    }

    /// What the first feature of the characteristic measures, in the catalogue's words.
    private func proposedText(_ characteristic: DocumentCharacteristic, _ document: ScorecardDocument) -> String {
        guard let name = characteristic.fieldNames.first else { return characteristic.name ?? "" }
        let mapped = document.fields.first { $0.name == name }?.featureName ?? name
        guard let feature = try? Feature(map.value("fields", name) ?? mapped) else { return name }
        return feature.pattern.meaning + (feature.window.map { " (\($0) days)" } ?? "")
    }

    private static func free(_ number: Int, _ used: Set<String>) -> String {
        let code = "R\(number)"
        return used.contains(code) ? free(number + 1, used) : code
    }

    private mutating func adaptBaselines(_ document: ScorecardDocument, _ card: XMLTree) {
        let isBelow = document.reasonCodeAlgorithm == .pointsBelow
        for (index, element) in (card.child("Characteristics")?.children("Characteristic") ?? []).enumerated() {
            let characteristic = document.characteristics[index]
            let key = characteristic.key(index)
            if let given = map.value("baselines", key) {
                edits.set("baselineScore", given, of: element)
                proposal.baselines.append((key, given))
                continue
            }
            guard characteristic.baselineScore == nil else { continue }
            let points = characteristic.constants.map { round?.whole($0) ?? $0.floor }
            guard let baseline = isBelow ? points.max() : points.min() else { continue }
            edits.set("baselineScore", "\(baseline)", of: element)
            if !document.statesBaselineMethod { edits.set("baselineMethod", isBelow ? "max" : "min", of: card) }
            notes.append(
                "the baseline of '\(key)' is proposed: \(baseline), the \(isBelow ? "most" : "least") points that it gives"
            )
            proposal.baselines.append((key, "\(baseline)"))
        }
    }

    private mutating func roundPoints(_ document: ScorecardDocument, _ card: XMLTree, _ round: Rounding)
        -> RoundingCost?
    {
        func whole(_ number: ExactNumber, _ attribute: String, _ element: XMLTree) -> Int128 {
            let whole = round.whole(number)
            if !number.isWhole {
                edits.set(attribute, "\(whole)", of: element)
                rounded += 1
            }
            return whole
        }
        let initial = whole(document.initialScore, "initialScore", card)
        if let number = card["baselineScore"].flatMap(ExactNumber.init) { _ = whole(number, "baselineScore", card) }
        var points: [[(ExactNumber, Int128)]] = []
        for (index, element) in (card.child("Characteristics")?.children("Characteristic") ?? []).enumerated() {
            let characteristic = document.characteristics[index]
            if map.value("baselines", characteristic.key(index)) == nil,
                let number = element["baselineScore"].flatMap(ExactNumber.init)
            {
                _ = whole(number, "baselineScore", element)
            }
            points.append(
                zip(characteristic.attributes, element.children("Attribute")).compactMap { attribute, element in
                    guard case .constant(let number) = attribute.points else { return nil }
                    return (number, whole(number, "partialScore", element))
                })
        }
        guard rounded > 0, points.allSatisfy({ !$0.isEmpty }) else { return nil }
        return RoundingCost(initial: (document.initialScore, initial), points, rounded: rounded)
    }

    private mutating func checkMap(_ document: ScorecardDocument) {
        let keys = Set(document.characteristics.enumerated().map { $1.key($0) })
        let codes = Set(
            document.characteristics.enumerated().flatMap { index, characteristic in
                characteristic.attributes.compactMap { $0.reasonCode ?? self.codes[index] ?? characteristic.reasonCode }
            })
        let known: [(section: String, names: Set<String>, what: String)] = [
            ("fields", Set(document.fields.map(\.name)), "field"), ("codes", keys, "characteristic"),
            ("baselines", keys, "characteristic"), ("texts", codes, "reason code"),
        ]
        for (section, names, what) in known {
            for name in (map.sections[section] ?? [:]).keys.sorted() where !names.contains(name) {
                mapErrors.append(error(section, name, "'\(name)' is no \(what) of the card"))
            }
        }
        mapErrors.sort { $0.line < $1.line }
    }

    private func error(_ section: String, _ key: String, _ problem: String) -> CardMapError {
        CardMapError(line: map.sections[section]?[key]?.line ?? 1, problem: problem)
    }
}

extension DocumentCharacteristic {
    /// What a map calls it; the number counts from 1 where it has no name.
    func key(_ index: Int) -> String { name ?? "#\(index + 1)" }

    /// The points of its attributes that are not computed.
    var constants: [ExactNumber] {
        attributes.compactMap { if case .constant(let number) = $0.points { number } else { nil } }
    }
}
