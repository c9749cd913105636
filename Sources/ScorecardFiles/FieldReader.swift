/// From DataDictionary and MiningSchema to the fields that predicates may name.
struct FieldReader {
    private let faults: Faults
    /// In the order of the DataDictionary.
    private(set) var fields: [DocumentField] = []

    /// The mapping of a data field to a feature: `<Extension name="plainscore.feature" value="…"/>` in the DataField.
    static let featureExtension = "plainscore.feature"

    init(_ root: XMLTree, _ card: XMLTree, _ faults: Faults) {
        self.faults = faults
        guard let dictionary = faults.attempt({ () throws(ScorecardFileError) in try root.only("DataDictionary") }),
            let schema = faults.attempt({ () throws(ScorecardFileError) in try card.only("MiningSchema") })
        else { return }
        let mining = miningFields(schema)
        var names: Set<String> = []
        for element in dictionary.children("DataField") {
            faults.attempt { () throws(ScorecardFileError) in
                let name = try element.required("name")
                guard names.insert(name).inserted else { throw element.error("field '\(name)' is declared twice") }
                // A field that this model does not take is of no concern to it.
                guard let mining = mining[name], mining.isActive else { return }
                fields.append(try field(name, element, mining.element))
            }
        }
        for element in schema.children("MiningField") where !names.contains(element["name"] ?? "") {
            guard let name = element["name"] else { continue }
            faults.note(element.error("'\(name)' is no field of the DataDictionary"))
        }
    }

    private func miningFields(_ schema: XMLTree) -> [String: (element: XMLTree, isActive: Bool)] {
        var found: [String: (element: XMLTree, isActive: Bool)] = [:]
        for element in schema.children("MiningField") {
            faults.attempt { () throws(ScorecardFileError) in
                let name = try element.required("name")
                guard found[name] == nil else { throw element.error("'\(name)' stands here twice") }
                let type = element["usageType"] ?? "active"
                found[name] = (element, type == "active")
                guard ["active", "target", "predicted", "supplementary"].contains(type) else {
                    throw element.error("usageType '\(type)' is not supported: active, supplementary, or target")
                }
            }
        }
        return found
    }

    private func field(_ name: String, _ element: XMLTree, _ mining: XMLTree) throws(ScorecardFileError)
        -> DocumentField
    {
        let type = element["dataType"] ?? ""
        guard ["string", "boolean", "integer", "float", "double"].contains(type) else {
            throw element.error("dataType is string, integer, float or double, not '\(type)'")
        }
        let feature = element.children("Extension").first { $0["name"] == Self.featureExtension }
        let isText = ["string", "boolean"].contains(type)
        return DocumentField(
            name: name, featureName: try feature?.required("value") ?? name, dataType: type, isText: isText,
            domain: isText ? FieldDomain() : domain(element, mining), place: element.place, miningPlace: mining.place)
    }

    private func domain(_ element: XMLTree, _ mining: XMLTree) -> FieldDomain {
        var domain = FieldDomain()
        if let first = element.children("Interval").first, let type = element["optype"], type != "continuous" {
            faults.note(first.error("an Interval stands in a continuous field, not in a \(type) one"))
        }
        for child in element.children("Interval") {
            if let interval = faults.attempt({ () throws(ScorecardFileError) in try interval(child) }) {
                domain.intervals.append(interval)
            }
        }
        for child in element.children("Value") {
            faults.attempt { () throws(ScorecardFileError) in
                guard let number = try child.number("value") else { throw child.error("a Value needs value") }
                switch child["property"] ?? "valid" {
                case "valid": domain.validValues.append(number)
                case "invalid": domain.invalidValues.append(number)
                case "missing": domain.missingValues.append(number)
                case let other: throw child.error("property is valid, invalid or missing, not '\(other)'")
                }
            }
        }
        faults.attempt { () throws(ScorecardFileError) in
            guard (mining["outliers"] ?? "asIs") == "asIs" else {
                throw mining.error(
                    "'outliers' of MiningField is not supported, but for asIs: cover these values by attributes instead"
                )
            }
            try treatments(mining, &domain)
        }
        return domain
    }

    private func treatments(_ mining: XMLTree, _ domain: inout FieldDomain) throws(ScorecardFileError) {
        domain.missingReplacement = try mining.number("missingValueReplacement")
        domain.invalidReplacement = try mining.number("invalidValueReplacement")
        switch mining["missingValueTreatment"] ?? "asIs" {
        case "returnInvalid": domain.isMissingRefused = true
        // How a replacement was found; without one a missing value stays missing.
        case "asIs", "asMean", "asMode", "asMedian", "asValue": break
        case let other: throw mining.error("missingValueTreatment '\(other)' is not supported")
        }
        let text = mining["invalidValueTreatment"] ?? "returnInvalid"
        guard let treatment = FieldDomain.InvalidTreatment(rawValue: text) else {
            let known = FieldDomain.InvalidTreatment.allCases.map(\.rawValue).joined(separator: ", ")
            throw mining.error("invalidValueTreatment '\(text)' is not supported: \(known)")
        }
        domain.invalidTreatment = treatment
        guard (treatment == .asValue) == (domain.invalidReplacement != nil) else {
            throw mining.error("invalidValueReplacement goes with invalidValueTreatment asValue, and asValue needs it")
        }
    }

    private func interval(_ element: XMLTree) throws(ScorecardFileError) -> FieldDomain.Interval {
        let closures = ["openOpen", "openClosed", "closedOpen", "closedClosed"]
        guard let closure = element["closure"], closures.contains(closure) else {
            throw element.error("closure of an Interval is \(closures.joined(separator: ", "))")
        }
        let (left, right) = (try element.number("leftMargin"), try element.number("rightMargin"))
        guard left != nil || right != nil else {
            throw element.error("an Interval needs leftMargin, rightMargin, or both")
        }
        if let left, let right, left.double > right.double {
            throw element.error("leftMargin \(left.text) lies above rightMargin \(right.text)")
        }
        return FieldDomain.Interval(
            left: left, right: right, isLeftOpen: closure.hasPrefix("open"), isRightOpen: closure.hasSuffix("Open"),
            place: element.place)
    }
}
