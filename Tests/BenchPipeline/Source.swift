import Events
import Foundation
import Kafka
import Log
import Pipeline
import Wire

/// The producers of one pipeline.
struct Source {
    private let writer: KafkaWriter
    private let payments: TopicHandle
    private let consents: TopicHandle
    private let partitions: Int32
    private let job: StrippedJob

    init(_ setting: Setting, _ topics: TopicNames, _ job: StrippedJob) throws {
        let log = try KafkaLog(KafkaSettings(servers: setting.bootstrap, clientID: "bench-producer"))
        writer = try log.writer()
        payments = try writer.topic(topics.raw(.payments))
        consents = try writer.topic(topics.raw(.consents))
        partitions = try log.partitionCount(topic: topics.raw(.consents))
        self.job = job
    }

    /// Queues one event of a person.
    func send(_ event: [UInt8], of person: Int) throws {
        try append(payments, job.persons[person], event)
    }

    /// Grants, or renews, consent for everyone for a year from `at` on, and waits for the broker to have all.
    func grantAll(at time: Int64, round: Int) throws {
        for person in job.persons.indices {
            try append(consents, job.persons[person], try job.grant(person: person, at: time, round: round))
        }
        try flush()
    }

    /// Moves the clock of a history timeline.
    func tick(at time: Int64) throws {
        let tick = EventEncoder.tick(time)
        let none: [UInt8] = []
        for partition in 0..<partitions {
            try writer.append(
                consents, partition: partition, key: unsafe none.span.bytes, value: unsafe tick.span.bytes)
        }
        try flush()
    }

    func flush() throws { try writer.flush(milliseconds: 120_000) }

    /// Serves delivery reports.
    func poll() throws { _ = try writer.settled() }

    private func append(_ topic: TopicHandle, _ person: String, _ value: [UInt8]) throws {
        let key = Array(person.utf8)
        try writer.append(topic, partition: nil, key: unsafe key.span.bytes, value: unsafe value.span.bytes)
    }
}
