import Events
import Foundation
import Pipeline
import Testing

/// Score changes as a subscriber reads them: JSON, held to what the contract promises.
struct SubscriberView {
    struct Change: Decodable {
        struct Points: Decodable {
            let characteristic: String
            let before: Int?
            let after: Int?
        }
        struct Reason: Decodable { let code: String }
        struct Timeline: Decodable {
            let partition: Int32
            let offset: Int64
        }
        struct Cause: Decodable { let kind: String }
        let grantId: String
        let number: Int
        let subscriberReference: String
        let score: Int?
        let previousScore: Int?
        let initialScore: Int?
        let points: [Points]?
        let reasons: [Reason]?
        let cause: Cause
        let kind: String
        let day: String
        let timeline: Timeline
    }

    /// By the subscriber's own reference.
    private(set) var latest: [String: Change] = [:]
    private(set) var count = 0
    /// Sums that do not add up, numbers out of order, scores that do not continue.
    private(set) var faults: [String] = []
    private let decoder = JSONDecoder()

    /// Takes one change in, and returns it.
    @discardableResult
    mutating func take(_ value: [UInt8]) throws -> Change {
        let change = try decoder.decode(Change.self, from: Data(value))
        let before = latest[change.subscriberReference]
        count += 1
        if change.number != (before?.number ?? 0) + 1 { faults.append("\(change.grantId) number \(change.number)") }
        if change.previousScore != before?.score { faults.append("\(change.grantId) \(change.number) previous score") }
        let moved = (change.points ?? []).map { ($0.after ?? 0) - ($0.before ?? 0) }.reduce(0, +)
        if let score = change.score, let base = change.previousScore ?? change.initialScore, score - base != moved {
            faults.append("\(change.grantId) \(change.number): \(score) − \(base) is not \(moved)")
        }
        latest[change.subscriberReference] = change
        return change
    }
}

extension SubscriberView {
    /// How many clients of the shipped extract have as their latest score the one that ships with it.
    func scoresEqualToExpected() throws -> Int {
        let expected = "Sources/Executables/plainscore/Samples/uci-extract-expected.csv"
        let rows = try String(contentsOf: repository.appendingPathComponent(expected), encoding: .utf8)
            .split(whereSeparator: \.isNewline).dropFirst().map { $0.split(separator: ",") }
        return rows.count { row in
            let digits = String(repeating: "0", count: 5 - row[0].count) + row[0]
            return latest["client-\(digits)"]?.score == Int(row[8])
        }
    }
}
