import Events
import Foundation
import Log
import Pipeline
import Scoring
import Wire

/// When the record of each hop that a payment made lay in its topic, by the brokers' stamps, ms since the epoch; and when the
/// subscriber had its score change.
struct HopStamps {
    static let hops = ["to timeline", "to scores", "to changes", "to subscriber"]

    /// Payment, timeline, scores, score changes, subscriber.
    let stamps: [Int64]

    var latency: Int64 { stamps.last! - stamps.first! }
    func latency(ofHop hop: Int) -> Int64 { stamps[hop + 1] - stamps[hop] }

    struct Place: Hashable {
        let partition: Int32
        let offset: Int64
    }

    /// Of all payments among `seen`, from these ends of the topics on.
    static func read(
        _ roles: RunningRoles, _ seen: [ChangeWatch.Seen], from ends: (payments: Ends, timeline: Ends, scores: Ends)
    ) throws -> [HopStamps] {
        var changed: [Place: (appendedAt: Int64, at: Int64)] = [:]
        for one in seen { changed[one.payment] = (one.appendedAt, one.at) }
        var timeline: [Place: Int64] = [:]
        try roles.read(roles.topics.timeline, from: ends.timeline) { batch in
            for entry in batch.entries {
                let source = try TimelineRecord.Prefix(
                    key: batch.key(entry), value: batch.value(entry), partition: entry.partition
                ).source
                if source.topic == .payments { timeline[Place(source)] = entry.timestamp }
            }
        }
        var scores: [Place: Int64] = [:]
        try roles.read(roles.topics.scores, from: ends.scores) { batch in
            for entry in batch.entries {
                var cursor = ByteCursor(
                    try ScoresRecord.results(
                        key: batch.key(entry), value: batch.value(entry), partition: entry.partition))
                while cursor.remaining > 0 {
                    let (result, _) = try ScoreResult.next(from: &cursor, verifying: nil)
                    if let source = result.cause.event?.source, source.topic == .payments {
                        scores[Place(source)] = entry.timestamp
                    }
                }
            }
        }
        var found: [HopStamps] = []
        try roles.read(roles.topics.raw(.payments), from: ends.payments) { batch in
            for entry in batch.entries {
                let place = Place(partition: entry.partition, offset: entry.offset)
                guard let change = changed[place], let timeline = timeline[place], let scores = scores[place] else {
                    continue
                }
                found.append(
                    HopStamps(stamps: [entry.timestamp, timeline, scores, change.appendedAt, change.at]))
            }
        }
        return found
    }
}

extension HopStamps.Place {
    init(_ source: Coordinates) { self.init(partition: source.partition, offset: source.offset) }
}
