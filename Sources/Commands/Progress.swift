import Glibc
import Telemetry

/// How far long work has come, as one line on standard error that is drawn again in place: a bar, records, rate and the time
/// left. Draws nothing where standard error is no terminal.
///
/// ```
/// replay  [#########···········]  45 %  1,203,000 of 2,700,000  451,000/s  3 s left
/// ```
public final class Progress {
    /// Time between two drawings, ms.
    private static let everyMilliseconds: Int64 = 200
    private static let barWidth = 20

    private let label: String
    private let total: Int64
    private let isShown: Bool
    private let startedAt = monotonicMilliseconds()
    private var drawnAt: Int64 = .min / 2
    private var drawnWidth = 0

    /// - Parameters:
    ///   - label: what is done, in a word or two.
    ///   - total: records that there are to do; 0 where that is not known.
    public init(label: String, total: Int64) {
        self.label = label
        self.total = total
        isShown = isatty(STDERR_FILENO) == 1
    }

    /// Says how many are done of all. Cheap: may be called for every batch of records.
    public func update(done: Int64) {
        guard isShown else { return }
        let now = monotonicMilliseconds()
        guard now - drawnAt >= Self.everyMilliseconds else { return }
        drawnAt = now
        draw(Self.line(label, done: done, total: total, milliseconds: now - startedAt))
    }

    /// Takes the line away, so that what is printed next begins where it stood.
    public func finish() {
        if drawnWidth > 0 { draw("") }
        drawnWidth = 0
    }

    private func draw(_ line: String) {
        let blanks = String(repeating: " ", count: max(0, drawnWidth - line.count))
        drawnWidth = line.count
        let bytes = Array("\r\(line)\(blanks)\(line.isEmpty ? "\r" : "")".utf8)
        _ = unsafe bytes.withUnsafeBytes { unsafe write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }

    /// The line after so many milliseconds.
    public static func line(_ label: String, done: Int64, total: Int64, milliseconds: Int64) -> String {
        let rate = milliseconds > 0 ? done * 1000 / milliseconds : 0
        guard total > 0 else { return "\(label)  \(thousands(done))  \(thousands(rate))/s" }
        let part = min(done, total)
        let filled = Int(part * Int64(barWidth) / total)
        let bar = String(repeating: "#", count: filled) + String(repeating: "·", count: barWidth - filled)
        let percent = String(part * 100 / total)
        let left = rate > 0 ? "  \(duration((total - part) / rate)) left" : ""
        return "\(label)  [\(bar)] \(String(repeating: " ", count: 3 - percent.count))\(percent) %  "
            + "\(thousands(done)) of \(thousands(total))  \(thousands(rate))/s\(left)"
    }
}

/// `2 h 05 min`, `3 min 20 s`, `7 s`.
private func duration(_ seconds: Int64) -> String {
    func padded(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
    if seconds >= 3600 { return "\(seconds / 3600) h \(padded(seconds / 60 % 60)) min" }
    if seconds >= 60 { return "\(seconds / 60) min \(padded(seconds % 60)) s" }
    return "\(seconds) s"
}

/// With commas between thousands.
private func thousands(_ number: Int64) -> String {
    var text = ""
    for (index, digit) in String(number).reversed().enumerated() {
        if index > 0, index.isMultiple(of: 3), digit != "-" { text.append(",") }
        text.append(digit)
    }
    return String(text.reversed())
}
