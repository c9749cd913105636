/// From a predicate's element to a `Predicate` on declared fields.
struct PredicateReader {
    let fields: [DocumentField]

    func read(_ element: XMLTree) throws(ScorecardFileError) -> Predicate {
        switch element.name {
        case "True": return .always
        case "False": return .never
        case "SimplePredicate": return .test(try simple(element))
        case "SimpleSetPredicate": return .test(try set(element))
        default: return try compound(element)
        }
    }

    private func compound(_ element: XMLTree) throws(ScorecardFileError) -> Predicate {
        let children = element.children.filter { !Vocabulary.isForeign($0) }
        guard children.count >= 2 else {
            throw element.error("a CompoundPredicate joins at least two predicates")
        }
        var parts: [Predicate] = []
        for child in children { parts.append(try read(child)) }
        switch element["booleanOperator"] {
        case "and": return .and(parts)
        case "or": return .or(parts)
        case "xor": return .xor(parts)
        case "surrogate": return .surrogate(parts)
        case let name:
            throw element.error("booleanOperator is and, or, xor or surrogate, not '\(name ?? "")'")
        }
    }

    private func simple(_ element: XMLTree) throws(ScorecardFileError) -> FieldTest {
        let field = try field(element)
        let name = try element.required("operator")
        switch name {
        case "isMissing", "isNotMissing":
            guard element["value"] == nil else { throw element.error("\(name) takes no value: take it out") }
            return FieldTest(field: field.name, condition: name == "isMissing" ? .isMissing : .isNotMissing)
        default:
            guard let comparison = FieldTest.Operator(rawValue: name) else {
                let known = FieldTest.Operator.allCases.map(\.rawValue).joined(separator: ", ")
                throw element.error("operator '\(name)' is not supported: \(known), isMissing or isNotMissing")
            }
            guard !field.isText || [.equal, .notEqual].contains(comparison) else {
                throw element.error("'\(field.name)' is a \(field.dataType): it is equal or notEqual, in no order")
            }
            guard let value = element["value"] else { throw element.error("\(name) needs a value") }
            return FieldTest(field: field.name, condition: .compare(comparison, try constant(value, field, element)))
        }
    }

    private func set(_ element: XMLTree) throws(ScorecardFileError) -> FieldTest {
        let field = try field(element)
        let array = try element.only("Array")
        guard let type = array["type"], ["int", "real", "string"].contains(type) else {
            throw array.error("an Array's type is int, real or string")
        }
        let items = try ArrayText(array).items
        guard array["n"].map({ $0 == "\(items.count)" }) ?? true else {
            throw array.error("the Array says n=\"\(array["n"] ?? "")\" and has \(items.count) items")
        }
        guard !items.isEmpty else { throw array.error("an empty Array: no value is in it") }
        var constants: [FieldTest.Constant] = []
        for item in items { constants.append(try constant(item, field, array)) }
        switch element["booleanOperator"] {
        case "isIn": return FieldTest(field: field.name, condition: .isIn(constants))
        case "isNotIn": return FieldTest(field: field.name, condition: .isNotIn(constants))
        case let name: throw element.error("booleanOperator is isIn or isNotIn, not '\(name ?? "")'")
        }
    }

    private func field(_ element: XMLTree) throws(ScorecardFileError) -> DocumentField {
        let name = try element.required("field")
        guard let field = fields.first(where: { $0.name == name }) else {
            throw element.error("'\(name)' is no active field of DataDictionary and MiningSchema: declare it in both")
        }
        return field
    }

    private func constant(_ text: String, _ field: DocumentField, _ element: XMLTree) throws(ScorecardFileError)
        -> FieldTest.Constant
    {
        if field.isText { return .text(text) }
        guard let number = ExactNumber(text) else {
            throw element.error("'\(text)' is no number, and '\(field.name)' is numeric")
        }
        return .number(number)
    }
}

/// The items of a PMML Array: separated by blanks; an item with blanks stands in double quotes, in which `\"` is a quote.
private struct ArrayText {
    private(set) var items: [String] = []

    init(_ array: XMLTree) throws(ScorecardFileError) {
        var rest = array.text[...]
        while let first = rest.first {
            if first.isWhitespace {
                rest.removeFirst()
            } else if first == "\"" {
                rest.removeFirst()
                items.append(try Self.quoted(&rest, array))
            } else {
                let item = rest.prefix { !$0.isWhitespace }
                items.append(String(item.replacing("\\\"", with: "\"")))
                rest = rest[item.endIndex...]
            }
        }
    }

    private static func quoted(_ rest: inout Substring, _ array: XMLTree) throws(ScorecardFileError) -> String {
        var item = ""
        while let character = rest.popFirst() {
            if character == "\\", rest.first == "\"" {
                item.append(rest.removeFirst())
            } else if character == "\"" {
                guard rest.first.map(\.isWhitespace) ?? true else { break }
                return item
            } else {
                item.append(character)
            }
        }
        throw array.error("an item of the Array has an opening quote and no closing one")
    }
}
