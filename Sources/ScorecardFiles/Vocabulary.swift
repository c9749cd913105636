/// All that a scorecard file may hold, in one place; `schemas/scorecards.md` says it to authors. Whatever is not here is
/// refused by name and place, never ignored: a card says all that a score depends on.
enum Vocabulary {
    /// Read past with all that they contain: they describe the file and name outputs, but change no score.
    static let ignored: Set<String> = ["Header", "Output"]

    /// Of each element: its attributes, and the elements in it. `text` is for those that hold text.
    private static let elements: [String: (attributes: Set<String>, children: Set<String>, text: Bool)] = [
        "PMML": (["version"], ["Header", "DataDictionary", "Scorecard"], false),
        "DataDictionary": (["numberOfFields"], ["DataField"], false),
        "DataField": (["name", "optype", "dataType", "displayName"], [], false),
        "Scorecard": (
            [
                "modelName", "functionName", "algorithmName", "initialScore", "useReasonCodes", "reasonCodeAlgorithm",
                "baselineScore", "baselineMethod", "isScorable",
            ],
            ["Extension", "MiningSchema", "Output", "Characteristics"], false
        ),
        "Extension": (["name", "value", "extender"], [], false),
        "MiningSchema": ([], ["MiningField"], false),
        // What is invalid is not said (no Value, no Interval in a DataField), so how it is treated changes nothing.
        "MiningField": (["name", "usageType", "optype", "importance", "invalidValueTreatment"], [], false),
        "Characteristics": ([], ["Characteristic"], false),
        "Characteristic": (["name", "reasonCode", "baselineScore"], ["Extension", "Attribute"], false),
        "Attribute": (["partialScore", "reasonCode"], predicates.union(["ComplexPartialScore"]), false),
        "SimplePredicate": (["field", "operator", "value"], [], false),
        "SimpleSetPredicate": (["field", "booleanOperator"], ["Array"], false),
        "Array": (["n", "type"], [], true),
        "CompoundPredicate": (["booleanOperator"], predicates, false),
        "True": ([], [], false),
        "False": ([], [], false),
        "ComplexPartialScore": ([], expressions, false),
        "Apply": (["function"], expressions, false),
        "Constant": (["dataType"], [], true),
        "FieldRef": (["field"], [], false),
    ]

    static let predicates: Set<String> = [
        "SimplePredicate", "SimpleSetPredicate", "CompoundPredicate", "True", "False",
    ]
    private static let expressions: Set<String> = ["Apply", "Constant", "FieldRef"]

    /// Refuses the first thing in `root` that is not in the vocabulary.
    static func check(_ root: XMLTree) throws(ScorecardFileError) {
        guard root.name == "PMML" else { throw root.error("PMML is wanted as the root, not \(root.name)") }
        try check(element: root)
    }

    private static func check(element: XMLTree) throws(ScorecardFileError) {
        if ignored.contains(element.name) { return }
        guard let known = elements[element.name] else { throw element.error("\(element.name) is not supported") }
        let unknown = element.attributes.keys.sorted().first { !known.attributes.contains($0) && !isNamespace($0) }
        if let unknown {
            throw element.error("attribute '\(unknown)' of \(element.name) is not supported: \(mend(unknown))")
        }
        if !known.text, !element.text.allSatisfy(\.isWhitespace) {
            throw element.error("text is not wanted in \(element.name): take it out")
        }
        for child in element.children {
            guard known.children.contains(child.name) else {
                throw child.error("\(child.name) is not supported in \(element.name): \(mend(child.name))")
            }
            try check(element: child)
        }
    }

    private static func isNamespace(_ attribute: String) -> Bool {
        attribute == "xmlns" || attribute.hasPrefix("xmlns:") || attribute.hasPrefix("xsi:")
    }

    /// What to do about what people most often bring along.
    private static func mend(_ name: String) -> String {
        switch name {
        case "missingValueReplacement", "missingValueTreatment":
            "give each characteristic an attribute with isMissing instead"
        case "outliers", "lowValue", "highValue", "Interval", "Value":
            "cover these values by attributes instead"
        case "LocalTransformations", "TransformationDictionary", "DerivedField":
            "weigh a feature of the catalogue instead"
        case "Targets": "put its constant into initialScore, and scale the points before"
        case "Extension": "extensions stand in Scorecard or Characteristic"
        default: "take it out"
        }
    }
}
