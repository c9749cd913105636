import Events
import Foundation
import Kafka
import Log
import Pipeline
import Telemetry
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

    /// Sends what the file holds, moved so that it ends today.
    func sendHistories() throws {
        let end = StrippedJob.startedAt + StrippedJob.dayCount * Timestamp.dayMilliseconds
        let days = (wallMilliseconds() - end).floorDivided(by: Timestamp.dayMilliseconds)
        for payment in job.payments {
            try send(try job.protobuf(payment, shift: days * Timestamp.dayMilliseconds), of: payment.person)
        }
        try flush()
    }

    /// Sends payments like these as of now, at `rate` a second: each at its own time, however the broker or anyone else fares.
    /// `name` tells their ids from others.
    func sendLive(_ payments: some Collection<StrippedJob.Payment>, named name: String, perSecond rate: Int) throws {
        let now = wallMilliseconds()
        // Made before, since to make them is no part of what is measured; dated before, since none may come from the future.
        let events = try payments.enumerated().map { index, payment in
            let at = now - Int64((payments.count - index) * 1000 / rate)
            return (payment.person, try job.protobuf(payment, id: "\(name)-\(index)", shift: at - payment.at))
        }
        let start = wallSeconds()
        var sent = 0
        while sent < events.count {
            let due = min(events.count, Int((wallSeconds() - start) * Double(rate)))
            for (person, event) in events[sent..<max(sent, due)] { try send(event, of: person) }
            sent = max(sent, due)
            try poll()
            usleep(10_000)  // until some more are due: what a producer that batches would send
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
