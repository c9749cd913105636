import Checksums
import Events
import Foundation
import Scoring
import TestTimeline
import Testing

/// Records with fitting checksums whose content was changed at random, and valid ones at the ends of every range, through the
/// fold under every card that ships: each is folded or refused as no record, and nothing traps or hangs.
///
/// `PLAINSCORE_FUZZ_RECORDS` says how many records; a failure prints the seed that repeats it.
@Suite struct MutatedRecordTests {
    private static let records =
        ProcessInfo.processInfo.environment["PLAINSCORE_FUZZ_RECORDS"].flatMap { Int($0) } ?? 20_000

    @Test(arguments: ["cash-flow", "stripped", "uci-max", "uci-mean"])
    func `a mutated record is folded or is no record`(_ name: String) throws {
        let card = try shippedCard(name)
        var (folded, refused) = (0, 0)
        var seed: UInt64 = 0
        while folded + refused < Self.records / 4 {
            seed += 1
            var random = SeededRandom(seed: seed)
            var timeline = try RandomTimeline.doubtful(seed: seed, events: 60).timeline
            try Self.appendExtremes(to: &timeline, using: &random)
            var fold = PartitionFold(partition: 0, scorecard: card)
            var state: [UInt8] = []
            var output = FoldOutput()
            for record in timeline.records {
                var value = record.value
                if fold.nextOffset > 0, Int.random(in: 0..<2, using: &random) == 0 {
                    Self.mutate(&value, key: record.key, using: &random)
                }
                do {
                    try fold.fold(
                        offset: fold.nextOffset, key: unsafe record.key.span.bytes, value: unsafe value.span.bytes,
                        into: &output)
                    folded += 1
                } catch {
                    refused += 1
                    // After an error a fold is unusable: it goes on from before it.
                    fold = try PartitionFold(state: unsafe state.span.bytes, partition: 0, scorecard: card)
                }
                if Int.random(in: 0..<4, using: &random) == 0 || state.isEmpty {
                    state.removeAll(keepingCapacity: true)
                    fold.encodeState(into: &state)
                }
                output.removeAll()
            }
            #expect(fold.outcomes.total + fold.outcomes.repeats == UInt64(fold.nextOffset), "seed \(seed)")
        }
        #expect(folded > Self.records / 8 && refused > Self.records / 100, "\(folded) folded, \(refused) refused")
    }

    /// Changes up to four places of the content, or of the prefix behind the checksum, and makes the checksum fit.
    private static func mutate(_ value: inout [UInt8], key: [UInt8], using random: inout SeededRandom) {
        for _ in 0..<Int.random(in: 1...4, using: &random) {
            let place = Int.random(in: 9..<value.count, using: &random)
            switch Int.random(in: 0..<4, using: &random) {
            case 0: value[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            case 1: value[place] = [0, 1, 0x7F, 0x80, 0xFF].randomElement(using: &random)!
            case 2:
                let number = [Int64.min, -1, 0, 1, .max, EventRules.amountMax].randomElement(using: &random)!
                if place + 8 <= value.count { value.store(littleEndian: number, at: place) }
            default:
                if place + 4 <= value.count {
                    value.store(littleEndian: Int32.random(in: -2...90_000, using: &random), at: place)
                }
            }
        }
        let ofValue = unsafe xxh3(value.span.bytes.extracting(8...), seed: 0)
        value.store(littleEndian: unsafe xxh3(key.span.bytes, seed: ofValue), at: 0)
    }

    /// Valid events at the first and last moments, with the largest amounts, of the persons that there are.
    private static func appendExtremes(to timeline: inout TimelineBuilder, using random: inout SeededRandom) throws {
        let times = [0, Timestamp.allowed.upperBound, Timestamp.allowed.upperBound - EventRules.grantMilliseconds]
        let dates = [CalendarDate.first, CalendarDate.last]
        var offset: Int64 = 1_000_000
        func next(_ topic: RawTopic) -> Coordinates {
            offset += 1
            return Coordinates(topic: topic, partition: 0, offset: offset)
        }
        for number in 0..<40 {
            let person = RandomTimeline.persons.randomElement(using: &random)!
            let time = times.randomElement(using: &random)!
            let date = dates.randomElement(using: &random)!
            let amount = [0, 1, EventRules.amountMax].randomElement(using: &random)!
            let bodies: [Event.Body] = [
                .statement(
                    Statement(
                        account: Identifier("a")!, periodEnd: date, creditLimitMinor: amount, balanceMinor: -amount,
                        minimumDueMinor: amount, daysPastDue: EventRules.daysPastDueMax)),
                .repayment(
                    Repayment(
                        obligation: Identifier("o")!, kind: .loan, dueDate: dates.randomElement(using: &random)!,
                        amountDueMinor: amount, amountPaidMinor: amount, paidDate: date, status: .paid)),
                .rental(
                    Rental(
                        kind: .vehicle, dueBackDate: .first, returnedDate: date, depositHeldMinor: amount,
                        depositKeptMinor: amount)),
                .consent(
                    Consent(
                        grant: Identifier("x")!, purpose: .lending, subscriberReference: Identifier("r")!,
                        action: .granted, expiresAt: time + EventRules.grantMilliseconds)),
                .consent(
                    Consent(
                        grant: Identifier("x")!, purpose: .lending, subscriberReference: Identifier("r")!,
                        action: .withdrawn, expiresAt: nil)),
            ]
            let body = bodies.randomElement(using: &random)!
            var currency = Currency("TWD")
            if case .consent = body { currency = nil }
            let event = try Event(
                id: Identifier("m\(number)")!, producer: Identifier("bank")!, occurredAt: time, currency: currency,
                body: body)
            timeline.append(
                .event(person, event), from: next(event.type.topic),
                appendedAt: Bool.random(using: &random) ? Timestamp.allowed.upperBound : 0)
            if number == 20 {
                for partition in 0..<timeline.properties.consentPartitions {
                    var source = next(.consents)
                    source.partition = partition
                    timeline.append(
                        .tick(time: times.randomElement(using: &random)!, secretFingerprint: 7, timeline.properties),
                        from: source, appendedAt: Timestamp.allowed.upperBound)
                }
            }
        }
    }
}
