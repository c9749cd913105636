import Events
import Wire

/// Warnings about lines that are sent and look wrong: the first few are said in full, all are counted by kind.
struct LineWarnings {
    /// Warnings that are said in full, at most.
    static let namedMax = 20

    private var named: [(line: Int, doubt: EventDoubt)] = []
    private(set) var counts: [String: Int] = [:]
    private(set) var count = 0

    /// Takes the doubts about one line in, and says them on standard error up to the bound.
    mutating func add(_ doubts: [EventDoubt], line: Int) {
        for doubt in doubts {
            count += 1
            counts[doubt.code, default: 0] += 1
            if named.count < Self.namedMax {
                named.append((line, doubt))
                printError("line \(line): warning: \(doubt)")
            } else if count == Self.namedMax + 1 {
                printError("… more warnings are only counted")
            }
        }
    }

    /// Says how many there were of each kind, where not all were said in full.
    func finish() {
        guard count > Self.namedMax else { return }
        let sum = counts.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
        printError("plainscore: \(count) warnings: \(sum)")
    }

    /// The members `warningCount` and `warnings` of `produce --json`.
    func write(to json: inout JSONText) {
        json.member("warningCount", count)
        json.array("warnings", named) { json, warning in
            json.member("line", warning.line)
            json.member("code", warning.doubt.code)
            json.member("text", "\(warning.doubt)")
        }
    }
}
