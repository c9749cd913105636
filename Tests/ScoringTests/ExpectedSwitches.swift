import Checksums
import Events
import Scoring
import TestTimeline

/// What one subscriber is told, or nobody where a challenger says it; without what only tells where in the log.
struct ToldChange: Equatable {
    var day: Int32
    var kind: ScoreResult.Cause.Kind
    /// Raw record, its id and time.
    var source: Coordinates?
    var id: Identifier?
    var occurredAt: Int64?
    var score: Int32?
    var previousScore: Int32?
    var isEnd = false
    var missing: Int?
    var model: Digest128
    var pointsBefore: [Int32?]
    var binsAfter: [Int16?]
    var pointsAfter: [Int32?]
    var recipient: Recipient?

    struct Recipient: Equatable {
        var purpose: Purpose
        var reference: Identifier
        var number: UInt64
    }

    static func byGrant(_ results: [ScoreResult]) -> [Identifier: [ToldChange]] {
        var told: [Identifier: [ToldChange]] = [:]
        for result in results {
            for recipient in result.recipients {
                told[recipient.grant, default: []].append(
                    ToldChange(
                        result,
                        Recipient(
                            purpose: recipient.purpose, reference: recipient.subscriberReference,
                            number: recipient.number)))
            }
        }
        return told
    }
}

extension ToldChange {
    init(_ result: ScoreResult, _ recipient: Recipient?) {
        self.init(
            day: result.day, kind: result.cause.kind, source: result.cause.event?.source, id: result.cause.event?.id,
            occurredAt: result.cause.event?.occurredAt, score: result.score, previousScore: result.previousScore,
            isEnd: result.isEnd, missing: result.missing, model: result.model,
            pointsBefore: result.movements.map(\.pointsBefore), binsAfter: result.movements.map(\.binAfter),
            pointsAfter: result.movements.map(\.pointsAfter), recipient: recipient)
    }
}

/// What must be told where models are switched, by folds of each set of models alone over the same timeline: up to a switch
/// what the former say, there what differs, and from there on what the latter say.
struct ExpectedSwitches {
    private(set) var byGrant: [Identifier: [ToldChange]] = [:]
    /// First scores of challengers.
    private(set) var challengers: [ToldChange] = []
    /// Persons with the same score before and after.
    private(set) var silentCount = 0

    init(_ drawn: DrawnSwitches) throws {
        let records = drawn.unswitched.records
        let sets = [drawn.beginning] + drawn.switches.map(\.models)
        let starts = [0] + drawn.switches.map(\.offset) + [records.count]
        for (index, models) in sets.enumerated() {
            if index > 0 { try take(drawn.switches[index - 1], from: sets[index - 1], drawn) }
            let results = try PartitionFold(partition: 0, models: models).fold(records).decoded()
            let said = results.filter { starts[index]..<starts[index + 1] ~= Int($0.timelineOffset) }
            for (grant, told) in ToldChange.byGrant(said) { byGrant[grant, default: []] += told }
        }
        for grant in byGrant.keys { number(grant) }
    }

    private mutating func take(_ change: DrawnSwitches.Switch, from former: Models, _ drawn: DrawnSwitches) throws {
        let records = drawn.unswitched.records[..<change.offset]
        func fold(_ card: Scorecard) throws -> PartitionFold {
            let fold = PartitionFold(partition: 0, scorecard: card)
            _ = try fold.fold(records)
            return fold
        }
        let before = try fold(former.speaking)
        let after = try change.models.all.map(fold)
        for person in RandomTimeline.persons {
            guard let old = before.inspection(of: person, features: []) else { continue }
            let now = try after[0].explanation(of: person)!
            if old.score == now.score {
                silentCount += old.score == nil ? 0 : 1
            } else {
                for grant in old.grants {
                    byGrant[grant.id, default: []].append(
                        ToldChange(
                            change, now, change.models.speaking, previousScore: old.score,
                            .init(purpose: grant.purpose, reference: grant.subscriberReference, number: 0)))
                }
            }
            for (challenger, fold) in zip(change.models.all, after).dropFirst()
            where !former.hashes.contains(challenger.hash) {
                let now = try fold.explanation(of: person)!
                if now.score == nil { continue }
                challengers.append(ToldChange(change, now, challenger, previousScore: nil, nil))
            }
        }
    }

    /// 1, 2, 3 … from each opening.
    private mutating func number(_ grant: Identifier) {
        var number: UInt64 = 0
        for index in byGrant[grant]!.indices {
            number += 1
            byGrant[grant]![index].recipient!.number = number
            if byGrant[grant]![index].isEnd { number = 0 }
        }
    }
}

extension ToldChange {
    /// Of the model `card`, which says what was explained.
    fileprivate init(
        _ change: DrawnSwitches.Switch, _ explained: Explanation, _ card: Scorecard, previousScore: Int32?,
        _ recipient: Recipient?
    ) {
        let isScored = explained.score != nil
        self.init(
            day: explained.day, kind: .model, source: change.source,
            id: Identifier(change.models.speaking.hash.hex)!, occurredAt: change.appendedAt, score: explained.score,
            previousScore: previousScore, missing: explained.missing, model: card.hash,
            pointsBefore: explained.characteristics.map { _ in nil },
            binsAfter: zip(card.characteristics, explained.characteristics).map { characteristic, explained in
                isScored ? Int16(characteristic.bin(of: explained.value)!) : nil
            }, pointsAfter: explained.characteristics.map { isScored ? $0.points : nil }, recipient: recipient)
    }
}
