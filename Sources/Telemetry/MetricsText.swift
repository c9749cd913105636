/// Metrics in Prometheus' text format 0.0.4: families front to back, each with HELP and TYPE before its series.
public struct MetricsText: Sendable {
    public static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    public enum Kind: String, Sendable { case counter, gauge, histogram }

    public typealias Label = (name: String, value: String)

    public private(set) var bytes: [UInt8] = []
    /// Before the labels of each series.
    private let common: [Label]
    private var family = ""

    public init(common: [Label] = []) { self.common = common }

    /// Begins a family; its series follow.
    public mutating func family(_ name: String, _ kind: Kind, _ help: String) {
        family = name
        append("# HELP \(name) \(help)\n# TYPE \(name) \(kind.rawValue)\n")
    }

    public mutating func series(_ labels: [Label] = [], _ value: some BinaryInteger) {
        series(family, labels, "\(value)")
    }

    /// A value in thousandths, written with as many digits as it has.
    public mutating func series(_ labels: [Label] = [], thousandths value: Int64) {
        series(family, labels, decimal(thousandths: value))
    }

    /// A family with one series, or none where `value` is nil.
    public mutating func single(_ name: String, _ kind: Kind, _ help: String, _ value: (some BinaryInteger)?) {
        guard let value else { return }
        family(name, kind, help)
        series([], value)
    }

    /// A family of one histogram, in seconds.
    public mutating func histogram(_ name: String, _ help: String, _ labels: [Label], _ histogram: DurationHistogram) {
        family(name, .histogram, help)
        var count: UInt64 = 0
        for (index, bucket) in histogram.counts.enumerated() {
            count += bucket
            let bounds = DurationHistogram.boundsMilliseconds
            let bound = index < bounds.count ? decimal(thousandths: bounds[index]) : "+Inf"
            series("\(name)_bucket", labels + [("le", bound)], "\(count)")
        }
        series("\(name)_sum", labels, decimal(thousandths: Int64(clamping: histogram.sumMilliseconds)))
        series("\(name)_count", labels, "\(count)")
    }

    private mutating func series(_ name: String, _ labels: [Label], _ value: String) {
        append(name)
        let all = common + labels
        if !all.isEmpty {
            append("{" + all.map { "\($0.name)=\"\(escaped($0.value))\"" }.joined(separator: ",") + "}")
        }
        append(" \(value)\n")
    }

    private mutating func append(_ text: String) { bytes.append(contentsOf: text.utf8) }
}

private func decimal(thousandths: Int64) -> String {
    let (whole, rest) = thousandths.magnitude.quotientAndRemainder(dividingBy: 1000)
    let sign = thousandths < 0 ? "-" : ""
    if rest == 0 { return "\(sign)\(whole)" }
    var digits = "\(1000 + rest)".dropFirst()
    while digits.hasSuffix("0") { digits.removeLast() }
    return "\(sign)\(whole).\(digits)"
}

private func escaped(_ text: String) -> String {
    var result = ""
    for character in text.unicodeScalars {
        switch character {
        case "\\": result += "\\\\"
        case "\"": result += "\\\""
        case "\n": result += "\\n"
        default: result.unicodeScalars.append(character)
        }
    }
    return result
}
