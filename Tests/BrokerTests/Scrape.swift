import Foundation
import TestBroker
import Testing

/// What Prometheus gets of all roles at one moment: their samples under the labels of their targets, and `up` of each.
struct Scrape {
    struct Series: Hashable {
        let name: String
        let labels: [String: String]
    }

    /// Seconds since the epoch.
    let at: Double
    private(set) var samples: [Series: Double] = [:]
    /// Of a family: counter, gauge or histogram.
    private(set) var types: [String: Substring] = ["up": "gauge"]

    /// Asks each instance of each role.
    init(_ deployment: Deployment, _ targets: [(role: String, instance: Int)]) async throws {
        at = Date().timeIntervalSince1970
        for (role, instance) in targets {
            let target = ["job": "plainscore", "instance": try servedAt(deployment, role, instance: instance)]
            let answer = try? await ask(deployment, role, instance: instance, "/metrics")
            samples[Series(name: "up", labels: target)] = answer == nil ? 0 : 1
            if let text = answer?.text { try read(text, target) }
        }
    }

    private mutating func read(_ text: String, _ target: [String: String]) throws {
        for type in text.matches(of: /(?m)^# TYPE (\w+) (\w+)$/) { types[String(type.output.1)] = type.output.2 }
        for sample in text.matches(of: /(?m)^(\w+)\{(.*)\} (\S+)$/) {
            var labels = target
            for label in sample.output.2.matches(of: /(\w+)="([^"]*)"/) {
                labels[String(label.output.1)] = String(label.output.2)
            }
            let series = Series(name: String(sample.output.1), labels: labels)
            guard let value = Double(String(sample.output.3)) else { throw NotBroughtAbout("\(sample.output.0)") }
            samples[series] = value
        }
    }

    /// The values of a metric, of one role or of all, by their labels.
    func values(_ name: String, _ labels: KeyValuePairs<String, String> = [:]) -> [[String: String]: Double] {
        var found: [[String: String]: Double] = [:]
        for (series, value) in samples where series.name == name {
            if labels.allSatisfy({ series.labels[$0] == $1 }) { found[series.labels] = value }
        }
        return found
    }

    func sum(_ name: String, _ labels: KeyValuePairs<String, String> = [:]) -> Double {
        values(name, labels).values.reduce(0, +)
    }

    func max(_ name: String, _ labels: KeyValuePairs<String, String> = [:]) -> Double? {
        values(name, labels).values.max()
    }

    /// The same with another value of one metric.
    func altering(_ name: String, _ labels: KeyValuePairs<String, String>, to value: Double) -> Scrape {
        var scrape = self
        let found = values(name, labels)
        precondition(!found.isEmpty, "nobody serves \(name)")
        for labels in found.keys { scrape.samples[Series(name: name, labels: labels)] = value }
        return scrape
    }

    /// The same without one metric.
    func without(_ name: String) -> Scrape {
        var scrape = self
        scrape.samples = samples.filter { $0.key.name != name }
        return scrape
    }

    func isCounter(_ series: Series) -> Bool {
        types[series.name] == "counter"
            || ["_bucket", "_sum", "_count"].contains { end in
                series.name.hasSuffix(end) && types[String(series.name.dropLast(end.count))] == "histogram"
            }
    }
}

/// What happened between two scrapes, going on for so long that a rule notices: a test cannot wait for minutes. The first is
/// minute 0, the second minute 1; from then on
///
/// ```
/// counters and histograms   rise in each minute as between the two
/// moments, and ages         one that did not move between the two stands, and grows older; another one keeps its age
/// other gauges              stay as they were last
/// what is not served        stays away
/// ```
struct Film {
    static let minutes = 40
    /// Gauges that name a moment, in seconds since the epoch.
    static let moments: Set = [
        "plainscore_clock_seconds", "plainscore_snapshot_timestamp_seconds", "process_start_time_seconds",
    ]
    /// Gauges that say how long ago something was.
    static let ages: Set = [
        "plainscore_loop_age_seconds", "plainscore_lag_seconds", "plainscore_clock_doubt_seconds",
    ]

    let before: Scrape
    let after: Scrape

    /// `input_series` of a promtool test, of these metrics alone.
    func series(of names: Set<String>) -> [String] {
        let all = Set(before.samples.keys).union(after.samples.keys).filter { names.contains($0.name) }
        return all.map { series in
            let labels = series.labels.sorted { $0.key < $1.key }.map { "\($0.key)=\"\($0.value)\"" }
            return "{series: '\(series.name){\(labels.joined(separator: ","))}', values: '\(values(of: series))'}"
        }.sorted()
    }

    private func values(of series: Scrape.Series) -> String {
        let first = before.samples[series]
        guard let last = after.samples[series] else { return number(first!) }
        if after.isCounter(series) { return run(first ?? 0, last - (first ?? 0), Self.minutes) }
        if Self.moments.contains(series.name) {
            let seen = 60 - (after.at - last)
            return "_ " + run(seen, first == last ? 0 : 60, Self.minutes - 1)
        }
        let start = first.map(number) ?? "_"
        if Self.ages.contains(series.name), let first, (last - first) / (after.at - before.at) > 0.5 {
            return start + " " + run(last, 60, Self.minutes - 1)
        }
        return start + " " + run(last, 0, Self.minutes - 1)
    }

    private func run(_ start: Double, _ step: Double, _ count: Int) -> String {
        "\(number(start))\(step < 0 ? "" : "+")\(number(step))x\(count)"
    }

    /// Without an exponent, which promtool's series do not know.
    private func number(_ value: Double) -> String { String(format: "%.4f", value) }
}
