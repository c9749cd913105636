import Events
import Foundation
import Pipeline
import TestBroker
import Testing

/// Each finding of `topics check` that comes of an accident: break it, do what is printed, and all roles go on; `verify` and
/// `replay --verify` find nothing, and what is in no class is what was announced.
@Suite(.serialized, BrokerTrait(settings: ["offsets.retention.minutes=43200"]), .realBroker)
struct MendTests {
    /// The others have their mends run by `TopicsCheckTests`: they are made of a timeline that no role has written to, or have
    /// no mend but another timeline.
    private static let elsewhere: Set<TopicFinding> = [
        .brokerSetting, .tooFewCopies, .tooManyInSync, .noSecret, .setUpBrokeOff, .timelineMissing, .controlLost,
        .timelineEmpty, .timelineCut, .timelineForeign, .aggregatorOutside,
    ]
    private static let places: Set<TopicFinding> = [
        .rawMadeAgain, .topicSetting, .rawMissing, .consumerBehind, .consumerForgotten, .consumerAhead,
        .resultsForgotten, .publisherOutside,
    ]
    private static let topics: Set<TopicFinding> = [
        .scoresMissing, .outputMissing, .tooManyPartitions, .tooFewPartitions, .rawTooManyPartitions, .groupUnused,
    ]

    @Test func `each finding has its test`() {
        #expect(Self.elsewhere.union(Self.places).union(Self.topics) == Set(TopicFinding.allCases))
    }

    @Test func `places that were lost, and raw topics that were deleted, or deleted and made again`() throws {
        let stage = try MendStage()
        let names = stage.names
        try stage.delete(names.raw(.payments))
        try stage.make(names.raw(.payments), partitions: 4)
        try stage.producePayments()  // what is sent again counts once
        try stage.delete(names.raw(.accounts))
        try stage.produceBills()
        try stage.deleteRecords(of: names.raw(.bills))
        try stage.produceBadRentals()
        try stage.forget(names.consumerGroup(.rentals), of: names.raw(.rentals))
        try stage.place(names.consumerGroup(.consents), names.raw(.consents), 1_000_000)
        try stage.place(names.aggregatorGroup, names.timeline, 2)
        try stage.mend()
        let lost = try stage.proof()
        let announced = stage.losses.compactMap { loss in
            loss.finding == .consumerBehind ? Int(loss.lost.prefix { $0.isNumber }) : nil
        }
        #expect(lost == announced.reduce(0, +) && lost > 0)

        // Results that the publisher has not read are deleted from scores.
        try stage.deployment.startAll()
        stage.deployment.kill9("publisher")
        try stage.produceRound()
        let hasMore = try Condition(seconds: 60).holds { try stage.deployment.lag(of: "publisher") > 0 }
        try #require(hasMore)
        try stage.settleWithoutPublisher()
        stage.stop()
        try stage.deleteRecords(of: names.scores)
        try stage.mend()
        #expect(try stage.proof() == lost)
        #expect(stage.mended == Self.places)
    }

    @Test func `topics that were deleted, and partitions that are too many or too few`() throws {
        let stage = try MendStage()
        let names = stage.names
        try stage.deployment.startAll()
        stage.deployment.kill9("publisher")
        try stage.produceRound()
        try stage.settleWithoutPublisher()
        stage.stop()
        try stage.delete(names.scores)
        try stage.delete(names.scoreChanges(.tenancy))
        try stage.delete(names.deadLetters)
        try stage.make(names.deadLetters, partitions: 1)
        for topic in [names.timeline, names.raw(.rentals)] {
            try stage.kafka("topics", "--alter", "--topic", topic, "--partitions", "5")
        }
        try stage.forget(names.consumerGroup(.control), of: names.raw(.control))
        try stage.mend()
        #expect(try stage.proof() == 0)
        #expect(stage.mended.subtracting([.topicSetting]) == Self.topics)
    }
}
