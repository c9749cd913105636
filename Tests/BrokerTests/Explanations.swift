import Foundation

/// What `plainscore explain --json` prints (schemas/explanation.md), as far as the tests read it.
struct ExplanationLine: Decodable {
    struct Characteristic: Decodable {
        let feature: String
        let value: Int64?
        let points: Int?
    }
    struct Grant: Decodable {
        let grantId: String
        let number: Int
    }
    struct Moment: Decodable {
        let time: String
        let day: String
        let ended: [Grant]
        let previousScore: Int?
        let score: Int?
        let characteristics: [Movement]?
    }
    struct Movement: Decodable {
        let characteristic: String
        let pointsBefore: Int?
        let pointsAfter: Int?
    }
    let status: String
    let score: Int?
    let initialScore: Int?
    let characteristics: [Characteristic]?
    let grants: [Grant]?
    let forecast: [Moment]?

    static func all(_ output: String) throws -> [ExplanationLine] {
        let decoder = JSONDecoder()
        return try output.split(separator: "\n").map { try decoder.decode(ExplanationLine.self, from: Data($0.utf8)) }
    }
}

/// What a subscriber gets at one moment: as a forecast says it, and as it came.
struct Announcement: Equatable {
    let day: String?
    let previousScore: Int?
    let score: Int?
    /// Of the last record of a grant.
    let endNumber: Int?
    /// `name before after`, of the parts that have points before and after.
    let moved: [String]

    static func all(_ moment: ExplanationLine.Moment) -> [Announcement] {
        let ends = moment.ended.map {
            Announcement(day: nil, previousScore: nil, score: nil, endNumber: $0.number, moved: [])
        }
        guard let characteristics = moment.characteristics else { return ends }
        return ends + [
            Announcement(
                day: moment.day, previousScore: moment.previousScore, score: moment.score, endNumber: nil,
                moved: characteristics.compactMap { moved($0.characteristic, $0.pointsBefore, $0.pointsAfter) })
        ]
    }

    init(_ change: SubscriberView.Change) {
        let isEnd = change.kind == "WITHDRAWN"
        self.init(
            day: isEnd ? nil : change.day, previousScore: isEnd ? nil : change.previousScore, score: change.score,
            endNumber: isEnd ? change.number : nil,
            moved: (change.points ?? []).compactMap { Self.moved($0.characteristic, $0.before, $0.after) })
    }

    private init(day: String?, previousScore: Int?, score: Int?, endNumber: Int?, moved: [String]) {
        self.day = day
        self.previousScore = previousScore
        self.score = score
        self.endNumber = endNumber
        self.moved = moved
    }

    private static func moved(_ name: String, _ before: Int?, _ after: Int?) -> String? {
        guard let before, let after, before != after else { return nil }
        return "\(name) \(before) \(after)"
    }
}
