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
        // Sends when it is told to.
        let log = try KafkaLog(
            KafkaSettings(
                servers: setting.bootstrap, clientID: "bench-producer", properties: [.init("linger.ms", "1000")]))
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

    /// Payments like these as of now, to be sent at `rate` a second. `name` tells their ids from others.
    func live(_ payments: some Collection<StrippedJob.Payment>, named name: String, perSecond rate: Int) throws
        -> [(person: Int, event: [UInt8])]
    {
        let now = wallMilliseconds()
        return try payments.enumerated().map { index, payment in
            // Dated before, since none may come from the future.
            let at = now - Int64((payments.count - index) * 1000 / rate)
            return (payment.person, try job.protobuf(payment, id: "\(name)-\(index)", shift: at - payment.at))
        }
    }

    /// Makes them and sends them.
    func sendLive(_ payments: some Collection<StrippedJob.Payment>, named name: String, perSecond rate: Int) throws {
        try send(live(payments, named: name, perSecond: rate), perSecond: rate)
    }

    /// Sends `rate` of these a second: each at its own time, however the broker or anyone else fares.
    func send(_ events: [(person: Int, event: [UInt8])], perSecond rate: Int) throws {
        let start = wallSeconds()
        var sent = 0
        var records = OutgoingRecords()
        while sent < events.count {
            let due = min(events.count, Int((wallSeconds() - start) * Double(rate)))
            for (person, event) in events[sent..<max(sent, due)] {
                let key = Array(job.persons[person].utf8)
                records.append(partition: -1, key: unsafe key.span.bytes) { $0 += event }  // by murmur2 of the key
            }
            sent = max(sent, due)
            try writer.append(payments, records)
            records.removeAll()
            try flush()
            usleep(10_000)  // until some more are due: what a producer that batches would send
        }
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

    private func append(_ topic: TopicHandle, _ person: String, _ value: [UInt8]) throws {
        let key = Array(person.utf8)
        try writer.append(topic, partition: nil, key: unsafe key.span.bytes, value: unsafe value.span.bytes)
    }
}
