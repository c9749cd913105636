extension Bin.Values {
    /// Which values the bin holds: `missing`, `7`, `2…3`, `≤ 0`, `≥ 4,500` or `any`.
    public var words: String {
        switch self {
        case .missing: "missing"
        case .range(let range):
            switch (range.lowerBound, range.upperBound) {
            case (.min, .max): "any"
            case (.min, let upper): "≤ \(grouped(upper))"
            case (let lower, .max): "≥ \(grouped(lower))"
            case (let lower, let upper):
                lower == upper ? grouped(lower) : "\(grouped(lower))…\(grouped(upper))"
            }
        }
    }
}

/// `1,234,567`.
public func grouped(_ number: some BinaryInteger) -> String {
    let digits = String(number.magnitude)
    var text = ""
    for (index, digit) in digits.enumerated() {
        if index > 0, (digits.count - index).isMultiple(of: 3) { text.append(",") }
        text.append(digit)
    }
    return number < 0 ? "-" + text : text
}
