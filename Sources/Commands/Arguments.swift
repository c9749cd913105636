/// The words after a subcommand, checked against its declaration.
public struct Arguments {
    public let command: Command
    public private(set) var operands: [String] = []
    private var values: [String: String] = [:]

    /// Takes `--flag`, `--option value` and `--option=value`; `--` ends the options, and a lone `-` is an operand.
    /// - Throws: `UsageError` naming the word, and for an unknown option the nearest declared one.
    public init(_ command: Command, _ words: some Collection<String>) throws(UsageError) {
        self.command = command
        var rest = words.makeIterator()
        var optionsEnded = false
        while let word = rest.next() {
            if optionsEnded || !word.hasPrefix("-") || word == "-" {
                operands.append(word)
            } else if word == "--" {
                optionsEnded = true
            } else {
                try take(word, &rest)
            }
        }
        if values["help"] == nil {
            try checkOperands()
            try checkPrefix()
        }
    }

    /// Whether `--help` was among them; then nothing else is checked.
    public var asksForHelp: Bool { values["help"] != nil }

    /// Whether the option was given.
    public func flag(_ name: String) -> Bool { text(name) != nil }

    /// The option's text; nil when it was not given.
    public func text(_ name: String) -> String? {
        precondition(command.allOptions.contains { $0.name == name }, "--\(name) is not declared")
        return values[name]
    }

    /// The option as a whole number; nil when it was not given.
    public func integer(_ name: String, in range: ClosedRange<Int>) throws(UsageError) -> Int? {
        guard let text = text(name) else { return nil }
        guard let number = Int(text), range.contains(number) else {
            throw UsageError(
                "--\(name) \(text): give a whole number, \(range.lowerBound) to \(range.upperBound)", command)
        }
        return number
    }

    /// The option as one of `choices`, written as its raw value; nil when it was not given.
    public func choice<T: RawRepresentable<String> & CaseIterable>(_ name: String, of type: T.Type) throws(UsageError)
        -> T?
    {
        guard let text = text(name) else { return nil }
        guard let choice = T(rawValue: text) else {
            let all = T.allCases.map(\.rawValue).joined(separator: ", ")
            throw UsageError("--\(name) \(text): give one of \(all)", command)
        }
        return choice
    }

    private mutating func take(_ word: String, _ rest: inout some IteratorProtocol<String>) throws(UsageError) {
        let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        let given = String(parts[0])
        guard let option = command.allOptions.first(where: { $0.isCalled(given) }) else {
            let nearest = nearest(to: given, among: command.allOptions.map { "--\($0.name)" })
            throw UsageError("unknown option \(given)" + (nearest.map { ": did you mean \($0)?" } ?? ""), command)
        }
        guard values[option.name] == nil else { throw UsageError("\(given) is given twice", command) }
        if let placeholder = option.value {
            guard let value = parts.count == 2 ? String(parts[1]) : rest.next() else {
                throw UsageError("\(given) needs a value: \(given) \(placeholder)", command)
            }
            values[option.name] = value
        } else {
            guard parts.count == 1 else { throw UsageError("\(given) takes no value", command) }
            values[option.name] = ""
        }
    }

    /// A prefix is part of topic names (at most 249 bytes).
    private func checkPrefix() throws(UsageError) {
        guard let prefix = values["prefix"] else { return }
        let isName = prefix.unicodeScalars.allSatisfy { scalar in
            switch scalar {
            case "a"..."z", "A"..."Z", "0"..."9", ".", "_", "-": true
            default: false
            }
        }
        guard isName, prefix.utf8.count <= 200 else {
            throw UsageError("--prefix \(prefix): at most 200 letters, digits, `.`, `_` and `-`", command)
        }
    }

    private func checkOperands() throws(UsageError) {
        if operands.count > command.operands.count, command.operands.last?.isRepeated != true {
            throw UsageError("unexpected '\(operands[command.operands.count])'", command)
        }
        if let missing = command.operands.dropFirst(operands.count).first(where: \.isRequired) {
            throw UsageError("\(missing.name) is missing: \(missing.help)", command)
        }
    }
}

/// The command line is wrong: exit code 2.
public struct UsageError: Error, CustomStringConvertible {
    public let description: String

    /// What is wrong; the command says whose `--help` to look into.
    public init(_ text: String, _ command: Command? = nil) {
        description = "\(text)\nsee `\(command.map { "\($0.name) --help" } ?? "plainscore help")`"
    }
}

/// The candidate with the fewest edits to `word`, where they are few enough to be a slip; the first of equals.
public func nearest(to word: String, among candidates: [String]) -> String? {
    nearest(1, to: word, among: candidates).first
}

/// At most `count` candidates with the fewest edits to `word`, fewest first, where they are few enough to be a slip.
public func nearest(_ count: Int, to word: String, among candidates: [String]) -> [String] {
    let most = max(2, word.utf8.count / 3)
    let slips = candidates.enumerated().compactMap { index, candidate -> (distance: Int, index: Int)? in
        guard abs(candidate.utf8.count - word.utf8.count) <= most else { return nil }
        let distance = editDistance(word, candidate)
        return distance <= most ? (distance, index) : nil
    }
    return slips.sorted { ($0.distance, $0.index) < ($1.distance, $1.index) }.prefix(count).map { candidates[$0.index] }
}

/// Levenshtein's distance, in bytes. Complexity: the product of the lengths.
private func editDistance(_ left: String, _ right: String) -> Int {
    let left = Array(left.utf8)
    let right = Array(right.utf8)
    var row = Array(0...right.count)
    for index in left.indices {
        var diagonal = row[0]
        row[0] = index + 1
        for column in right.indices {
            let substituted = diagonal + (left[index] == right[column] ? 0 : 1)
            diagonal = row[column + 1]
            row[column + 1] = min(substituted, row[column] + 1, row[column + 1] + 1)
        }
    }
    return row[right.count]
}
