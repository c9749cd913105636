/// All that a scorecard file may hold, in one place; `schemas/scorecards.md` says it to authors. Whatever is not here is
/// refused by name and place, never ignored: a card says all that a score depends on.
enum Vocabulary {
    /// Read past with all that they contain: they describe the file, how it was made and how well it does, and name
    /// outputs, but change no score.
    static let ignored: Set<String> = [
        "Header", "Output", "MiningBuildTask", "ModelStats", "ModelExplanation", "ModelVerification",
    ]

    /// Of each element: its attributes, and the elements in it. `text` is for those that hold text.
    private static let elements: [String: (attributes: Set<String>, children: Set<String>, text: Bool)] = [
        "PMML": (["version"], ["Header", "MiningBuildTask", "DataDictionary", "Scorecard"], false),
        "DataDictionary": (["numberOfFields"], ["DataField"], false),
        "DataField": (
            ["name", "optype", "dataType", "displayName", "isCyclic"], ["Extension", "Interval", "Value"], false
        ),
        "Interval": (["closure", "leftMargin", "rightMargin"], [], false),
        "Value": (["value", "displayValue", "property"], [], false),
        "Scorecard": (
            [
                "modelName", "functionName", "algorithmName", "initialScore", "useReasonCodes", "reasonCodeAlgorithm",
                "baselineScore", "baselineMethod", "isScorable",
            ],
            ignored.union(["Extension", "MiningSchema", "Characteristics"]), false
        ),
        "Extension": (["name", "value", "extender"], [], false),
        "MiningSchema": ([], ["MiningField"], false),
        "MiningField": (
            [
                "name", "usageType", "optype", "importance", "invalidValueTreatment", "invalidValueReplacement",
                "missingValueTreatment", "missingValueReplacement", "outliers",
            ], [], false
        ),
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

    /// Whether an extension is of this format. Those of others are read past, wherever they stand.
    static func isForeign(_ element: XMLTree) -> Bool {
        element.name == "Extension" && element["name"].map { !$0.hasPrefix("plainscore.") } ?? true
    }

    /// Notes everything in `root` that is not in the vocabulary, and marks what holds it.
    static func check(_ root: XMLTree, _ faults: Faults) {
        guard root.name == "PMML" else {
            return faults.note(root.error("PMML is wanted as the root, not \(root.name)"))
        }
        check(element: root, faults)
    }

    private static func check(element: XMLTree, _ faults: Faults) {
        guard !ignored.contains(element.name), let known = elements[element.name] else { return }
        func refuse(_ place: XMLTree, _ problem: String) {
            faults.note(place.error(problem))
            element.isRefused = true
        }
        for name in element.attributes.keys.sorted() where !known.attributes.contains(name) && !isNamespace(name) {
            refuse(element, "attribute '\(name)' of \(element.name) is not supported: \(mend(name))")
        }
        if !known.text, !element.text.allSatisfy(\.isWhitespace) {
            refuse(element, "text is not wanted in \(element.name): take it out")
        }
        for child in element.children where !isForeign(child) {
            guard known.children.contains(child.name) else {
                refuse(child, "\(child.name) is not supported in \(element.name): \(mend(child.name))")
                continue
            }
            check(element: child, faults)
            if child.isRefused { element.isRefused = true }
        }
    }

    private static func isNamespace(_ attribute: String) -> Bool {
        attribute == "xmlns" || attribute.hasPrefix("xmlns:") || attribute.hasPrefix("xsi:")
    }

    /// What to do about what people most often bring along.
    private static func mend(_ name: String) -> String {
        switch name {
        case "outliers", "lowValue", "highValue":
            "cover these values by attributes instead"
        case "LocalTransformations", "TransformationDictionary", "DerivedField":
            "weigh a feature of the catalogue instead"
        case "Targets": "put its constant into initialScore, and scale the points before"
        case "Extension": "those of plainscore stand in Scorecard, Characteristic or DataField"
        default: "take it out"
        }
    }
}
