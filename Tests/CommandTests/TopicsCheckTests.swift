import Events
import Foundation
import Kafka
import Log
import Pipeline
import TestBroker
import Testing

/// `topics check` names each way in which a cluster can differ from what a timeline needs. Each test makes one
/// difference, looks for its line, and runs the mend where it is a command that can be run here: then it is gone.
@Suite(.serialized, BrokerTrait(settings: ["offsets.retention.minutes=43200"]), .realBroker)
struct TopicsCheckTests {
    private let timeline: CheckedTimeline

    init() throws { timeline = try CheckedTimeline() }

    @Test func `no secret`() throws {
        try timeline.create()
        let mend = try timeline.mend(of: "the timeline has no secret yet: no consumer can name a person")
        let files = try TemporaryFolder()
        try timeline.run(mend.replacing("FILE", with: files.path("secret")))
        try timeline.expectAsItMustBe()
    }

    @Test func `an output topic that is missing is made again`() throws {
        try timeline.createBound()
        let outputs = [timeline.names.deadLetters, timeline.names.scoreChanges(.tenancy)]
        try timeline.delete(outputs)
        for output in outputs {
            #expect(try timeline.mend(of: "output topic '\(output)' is missing") == timeline.createCommand)
        }
        try timeline.run(timeline.createCommand)
        try timeline.expectAsItMustBe()
    }

    @Test func `a raw topic and scores that are missing are made again, and no other topic is touched`() throws {
        try timeline.createBound()
        for (topic, what) in [
            (timeline.names.raw(.payments), "raw topic '\(timeline.names.raw(.payments))' is missing"),
            (timeline.names.scores, "topic '\(timeline.names.scores)' of the results is missing"),
        ] {
            try timeline.delete([topic])
            let refused = try Program.run(
                ["topics", "create", "--prefix", timeline.prefix], bootstrap: timeline.servers)
            #expect(
                refused.exitCode == 10 && refused.errors.contains("topic '\(topic)' of this timeline has been deleted"))
            try timeline.run(try timeline.mend(of: what))
            try timeline.expectAsItMustBe()
        }
    }

    @Test func `a timeline that is missing cannot be brought back`() throws {
        try timeline.createBound()
        try timeline.delete([timeline.names.timeline])
        try timeline.expectAnother(try timeline.mend(of: "timeline topic '\(timeline.names.timeline)' is missing"))
    }

    @Test func `a set-up that broke off is completed`() throws {
        let some = TopicPlan(
            name: timeline.names.raw(.payments), partitions: 4,
            settings: [("cleanup.policy", "delete"), ("retention.ms", "1209600000")].map {
                KafkaSettings.Property($0, $1)
            })
        try timeline.make([some])
        let check = try timeline.check()
        #expect(check.exitCode == 1 && check.output.contains("the set-up of this timeline broke off"))
        #expect(check.output.contains("mend: \(timeline.createCommand)\n"))
        try timeline.run(timeline.createCommand)
        #expect(try !timeline.check().output.contains("broke off"))
    }

    @Test func `a timeline whose control topic is lost`() throws {
        try timeline.createBound()
        try timeline.delete([timeline.names.raw(.control)])
        let check = try timeline.check()
        #expect(check.exitCode == 1 && check.output.contains("what the timeline is has been lost: topic"))
        try timeline.expectAnother(try timeline.mend(ofLineFrom: "what the timeline is has been lost: topic"))
    }

    @Test func `each setting of each topic, with the command that sets it right`() throws {
        let names = timeline.names
        var expected: [(topic: String, settings: Set<String>)] = [
            (names.raw(.control), ["retention.ms", "message.timestamp.type"]),
            (
                names.timeline,
                ["cleanup.policy", "message.timestamp.type", "retention.ms", "max.compaction.lag.ms", "segment.ms"]
            ),
            (names.scores, ["retention.ms", "max.message.bytes", "message.timestamp.type"]),
            (names.deadLetters, ["retention.ms", "max.message.bytes", "message.timestamp.type"]),
        ]
        expected += RawTopic.events.map {
            (names.raw($0), ["retention.ms", "message.timestamp.type", "compression.type"])
        }
        expected += Purpose.allCases.map {
            (names.scoreChanges($0), ["cleanup.policy", "min.compaction.lag.ms", "message.timestamp.type"])
        }
        // Made by hand, with the brokers' defaults.
        let bare = expected.map { TopicPlan(name: $0.topic, partitions: $0.topic == names.raw(.control) ? 1 : 4) }
        try timeline.make(bare)
        try timeline.createBound()
        try timeline.configure(names.timeline, "retention.bytes=1000")
        expected[1].settings.insert("retention.bytes")

        let lines = try timeline.check().lines
        for (topic, settings) in expected {
            let found = lines.filter { $0.hasPrefix("topic '\(topic)': ") }.compactMap { line in
                line.split(separator: ": ").dropFirst().first?.split(separator: " ").first.map(String.init)
            }
            #expect(Set(found) == settings && found.count == settings.count, "\(topic)")
        }
        #expect(lines.count == 4 * expected.map(\.settings.count).reduce(0, +) + 1)

        for what in ["cleanup.policy is delete, not compact,delete", "retention.bytes is 1000, not -1"] {
            let mend = try timeline.mend(of: "topic '\(names.timeline)': \(what)")
            try timeline.runTool(mend)
            #expect(try !timeline.check().output.contains(what))
        }
    }

    @Test func `more copies asked for than there are`() throws {
        try timeline.createBound()
        try timeline.configure(timeline.names.timeline, "min.insync.replicas=2")
        let mend = try timeline.mend(
            of:
                "topic '\(timeline.names.timeline)': min.insync.replicas is 2, and it has 1 copy: nothing can be written"
        )
        try timeline.runTool(mend)
        #expect(try !timeline.check().output.contains("nothing can be written"))
    }

    @Test func `a group without a place, where nothing was written and where something was`() throws {
        try timeline.createBound()
        let group = timeline.names.consumerGroup(.bills)
        let topic = timeline.names.raw(.bills)
        try timeline.forget([group])
        let mend = try timeline.mend(of: "group '\(group)' has no committed offset for \(topic)[2]")
        try timeline.run(mend)
        try timeline.expectAsItMustBe()

        try timeline.write(to: topic, partition: 1)
        try timeline.forget([group, timeline.names.aggregatorGroup])
        let reset = try timeline.mend(
            of:
                "group '\(group)' has no committed offset for \(topic)[1], which has held records: it is never taken for 0"
        )
        let results = try timeline.mend(
            of:
                "group '\(timeline.names.aggregatorGroup)' has no committed offset for \(timeline.names.timeline)[0], which "
                + "has held records: it is never taken for 0")
        try timeline.run(results)
        try timeline.runTool(reset)
        for partition in [0, 2, 3] {
            try timeline.runTool(
                timeline.mend(of: "group '\(group)' has no committed offset for \(topic)[\(partition)]"))
        }
        try timeline.expectAsItMustBe()
    }

    @Test func `a group that stands beyond its topic's end, or where a tool has put it`() throws {
        try timeline.createBound()
        let consumer = timeline.names.consumerGroup(.payments)
        try timeline.commit(consumer, timeline.names.raw(.payments), offset: 100)
        try timeline.runTool(
            timeline.mend(
                of: "group '\(consumer)' stands at 100 in \(timeline.names.raw(.payments))[0], which holds 0..<0: "
                    + "a tool has set it"))
        for (group, topic, offset) in [
            (timeline.names.aggregatorGroup, timeline.names.timeline, 1 as Int64),
            (timeline.names.publisherGroup, timeline.names.scores, 0),
        ] {
            try timeline.commit(group, topic, offset: offset)
            let mend = try timeline.mend(
                of:
                    "group '\(group)' stands at \(offset) in \(topic)[0] without saying how far the results had come there: "
                    + "a tool has set it, and the role will not start")
            try timeline.run(mend)
        }
        try timeline.expectAsItMustBe()
        try timeline.commit(timeline.names.aggregatorGroup, timeline.names.timeline, offset: 2)
        try timeline.expectAnother(
            try timeline.mend(
                ofLineFrom:
                    "group '\(timeline.names.aggregatorGroup)' stands at 2 in \(timeline.names.timeline)[0], which "
                    + "holds 0..<1: "))
    }

    @Test func `a timeline made again by hand lacks its first records, and is completed while nothing was read`() throws
    {
        try timeline.createBound()
        try timeline.remakeTimeline()
        let lacks = "\(timeline.names.timeline)[3] lacks its first record"
        #expect(try timeline.mend(of: lacks) == timeline.createCommand)
        try timeline.run(timeline.createCommand)
        try timeline.expectAsItMustBe()

        // Had a consumer passed records on, they would be lost.
        try timeline.write(to: timeline.names.raw(.payments), partition: 0)
        try timeline.commit(timeline.names.consumerGroup(.payments), timeline.names.raw(.payments), offset: 1)
        try timeline.remakeTimeline()
        try timeline.expectAnother(
            timeline.mend(of: lacks + ", though consumers have passed records on: what it held is lost"))
    }

    @Test func `a first record that is another timeline's`() throws {
        try timeline.createBound()
        try timeline.remakeTimeline()
        var properties = try readControl(timeline.log, names: timeline.names).properties
        properties.identity ^= 1
        try timeline.writeFirstRecord(properties, partition: 2)
        try timeline.expectAnother(
            timeline.mend(
                of:
                    "\(timeline.names.timeline)[2] does not begin with this timeline's properties: its topics were not all "
                    + "made together"))
    }
}

/// Brokers as Kafka ships them, three of them.
@Suite(
    .serialized, BrokerTrait(settings: ["auto.create.topics.enable=true", "log.cleaner.enable=false"], brokers: 3),
    .realBroker)
struct TopicsCheckOfBrokersTests {
    @Test func `broker settings are named for each broker, and a topic with too few copies`() throws {
        let timeline = try CheckedTimeline()
        try timeline.createBound()
        try timeline.delete([timeline.names.deadLetters])
        let alone = TopicPlan(name: timeline.names.deadLetters, partitions: 4, replication: 1)
        try timeline.make([alone])
        for broker in try timeline.admin.brokers() {
            for (setting, found, wanted) in [
                ("offsets.retention.minutes", "10080", "43200"), ("auto.create.topics.enable", "true", "false"),
                ("log.cleaner.enable", "false", "true"),
            ] {
                let mend = try timeline.mend(ofLineFrom: "broker \(broker): \(setting) is \(found), not \(wanted): ")
                #expect(mend == "set \(setting)=\(wanted) in server.properties of broker \(broker) and restart it")
            }
        }
        let mend = try timeline.mend(
            of: "topic '\(timeline.names.deadLetters)' has 1 copy, not 3: a lost disk loses records")
        let plan = try #require(mend.split(separator: "'").dropFirst().first)
        let json = try #require(try JSONSerialization.jsonObject(with: Data(plan.utf8)) as? [String: Any])
        let places = try #require(json["partitions"] as? [[String: Any]])
        #expect(places.map { $0["partition"] as? Int } == [0, 1, 2, 3])
        for place in places { #expect(Set(place["replicas"] as? [Int] ?? []).count == 3) }
        // Topics that were made as they must be have three copies.
        let lines = try timeline.check().lines
        #expect(lines.count { $0.contains(" not 3: a lost disk") } == 1)
    }
}
