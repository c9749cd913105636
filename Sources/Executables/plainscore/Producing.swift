import Commands
import Events
import Glibc
import Kafka
import Log
import Pipeline
import Scoring
import Telemetry
import Wire

/// Sends lines and keeps count.
struct Producing {
    /// Records in flight at most: as many as bound the memory to some tens of MB.
    private static let inFlightMax: Ticket = 8
    private static let recordsPerTicket = 16_384
    private static let deliveryMilliseconds = 120_000

    private let log: KafkaLog
    private let writer: KafkaWriter
    private let names: TopicNames
    private var check: LineCheck
    /// Asked for when a record of the topic comes: a producer may have the right to write one topic alone.
    private var handles: [RawTopic: TopicHandle] = [:]
    private var consentPartitions: Int32?
    /// Where a bad line goes that tells no topic; nil where it ends the run.
    private let topicOfBad: RawTopic?
    private var progress = SendingProgress()
    private var topics: Set<RawTopic> = []
    private var ticks = 0
    private var sinceSeal = 0

    /// Keeps ticks and events in order; nil in a live timeline.
    private var order: HistoryOrder?
    /// Where the events stand that this run has sent; the ticks are left out.
    private var sent = DeliveredOffsets()
    /// Events that have been delivered, and that a tick must still wait for.
    private var eventsOnTheWay = DeliveredOffsets()
    /// Ticks that have been delivered, and that an event must still wait for.
    private var ticksOnTheWay = DeliveredOffsets()
    /// The line of the first of these ticks.
    private var lineOnTheWay = 0
    private var hasEventsInFlight = false
    /// Records that were sent before had not been carried over at the start: the first tick waits for them.
    private var owesWaitForAll = false
    /// Why what became of the events is not known; nil where it can be counted.
    private var uncounted: String?

    init(_ cluster: Cluster, _ check: LineCheck, topicOfBad: RawTopic?) throws {
        log = try cluster.log()
        writer = try log.writer()
        names = cluster.names
        self.check = check
        self.topicOfBad = topicOfBad
    }

    /// Has each tick wait for what stands before it, and what stands after it wait for the tick.
    mutating func keepInOrder(stillSeconds: Int) {
        order = HistoryOrder(log, names, stillSeconds: stillSeconds)
        writer.rememberOffsets()
    }

    /// Sends what the reader brings and waits until all is delivered, and in a timeline for history carried over.
    /// - Parameter warnings: takes the warnings of lines; nil where they have been said before.
    mutating func run(
        _ reader: inout LineReader, _ mode: ModeQuestion, warnings: LineWarnings?, into report: inout ProduceReport
    ) throws {
        var warnings = warnings
        var bad: (line: Int, found: BadLine)?
        do {
            try order?.waitForAll(beforeTick: false)
        } catch is StandsStill {
            owesWaitForAll = true
        }
        while bad == nil {
            let number = reader.lineNumber + 1
            let hasMore = try reader.next { line in
                bad = try send(line, number, mode, &warnings).map { (number, $0) }
            }
            if !hasMore { break }
        }
        try finish()
        if let bad {
            printError(bad.found.complaint(line: bad.line))
            printError("plainscore: from this line on nothing is sent; all before it is sent")
            report.faults = bad.found.faults.map { (bad.line, $0) }
        }
        if let warnings {
            warnings.finish()
            report.warnings = warnings
        }
        report.records = progress.count
        report.topics = topics.count
        report.ticks = ticks
        report.bad = bad == nil ? 0 : 1
    }

    /// Counts what became of the events that were sent, in a timeline for history.
    func countOutcomes(models: Models?, into report: inout ProduceReport) throws {
        guard let order else { return }
        if let uncounted {
            report.uncounted = uncounted
            return
        }
        var records = RawRecords()
        let shifts = try readControl(log, names: names).shifts
        for (place, runs) in sent.runs {
            guard let topic = order.topic(place) else { continue }
            let shift = shifts[topic, place.partition]
            records.add(topic, place.partition, runs.map { $0.lowerBound + shift..<$0.upperBound + shift })
        }
        guard records.count > 0 else { return }
        report.unplaced = sent.unplaced.values.reduce(0, +)
        report.knowsCurrencies = models != nil
        report.sent = records.count
        let total = try (0..<log.partitionCount(topic: names.timeline)).reduce(0) {
            $0 + Int64(try log.watermarks(topic: names.timeline, partition: $1).count)
        }
        let progress = Progress(label: "counting outcomes", total: total)
        defer { progress.finish() }
        do {
            report.outcomes = try SentOutcomes(
                of: records, log, names: names, models: models, progress: progress.update(done:))
        } catch let error as LogError where error.kind == .configuration {
            report.uncounted =
                "what became of the events cannot be counted without the right to read the timeline: \(error)"
        } catch let error as RoleError {
            if case .brokenInvariant = error { throw error }
            report.uncounted = "what became of the events cannot be counted: \(error)"
        }
    }

    /// What is wrong with the line, where that ends the run.
    private mutating func send(
        _ line: RawSpan, _ number: Int, _ mode: ModeQuestion, _ warnings: inout LineWarnings?
    ) throws -> BadLine? {
        switch try check.read(line, mode: { _ in try mode() }) {
        case .blank: return nil
        case .tick(let tick): try send(tick, number)
        case .event(let topic, let person, let doubts):
            warnings?.add(doubts, line: number)
            try sendEvent(topic, key: person.span, value: line)
        case .bad(let bad):
            guard let topicOfBad else { return bad }
            let topic = bad.topic ?? topicOfBad
            if let person = bad.person {
                try sendEvent(topic, key: person.span, value: line)
            } else {
                let noKey: [UInt8] = []
                try sendEvent(topic, key: unsafe noKey.span.bytes, value: line)
            }
        }
        return nil
    }

    private mutating func sendEvent(_ topic: RawTopic, key: RawSpan, value: RawSpan) throws {
        try waitForTicks()
        hasEventsInFlight = true
        try append(topic, partition: nil, key: key, value: value)
    }

    /// Nothing that came before a tick may be later than it in the timeline, and nothing after it earlier.
    private mutating func send(_ tick: TickLine, _ line: Int) throws {
        try settleEvents()
        do {
            if owesWaitForAll { try order?.waitForAll(beforeTick: true) }
            owesWaitForAll = false
            try order?.wait(for: eventsOnTheWay, beforeTick: true)
            eventsOnTheWay = DeliveredOffsets()
        } catch let standing as StandsStill {
            throw InterruptedProduce(standing, before: line)
        }
        let value = EventEncoder.tick(tick.time)
        let noKey: [UInt8] = []
        let partitions = try consentPartitions ?? log.partitionCount(topic: names.raw(.consents))
        consentPartitions = partitions
        for partition in 0..<partitions {
            try append(.consents, partition: partition, key: unsafe noKey.span.bytes, value: unsafe value.span.bytes)
        }
        try writer.flush(milliseconds: Self.deliveryMilliseconds)
        if ticksOnTheWay.isEmpty { lineOnTheWay = line }
        ticksOnTheWay.append(writer.takeOffsets())
        ticks += 1
    }

    /// Ticks that follow each other are in order by themselves: each partition of consents has all of them.
    private mutating func waitForTicks() throws {
        guard order != nil, !ticksOnTheWay.isEmpty else { return }
        do {
            try order?.wait(for: ticksOnTheWay, beforeTick: true)
            ticksOnTheWay = DeliveredOffsets()
        } catch let standing as StandsStill {
            throw InterruptedProduce(standing, before: lineOnTheWay)
        }
    }

    /// Waits until the events are delivered that are in flight, and notes where they stand.
    private mutating func settleEvents() throws {
        try writer.flush(milliseconds: Self.deliveryMilliseconds)
        guard hasEventsInFlight else { return }
        hasEventsInFlight = false
        let delivered = writer.takeOffsets()
        sent.append(delivered)
        eventsOnTheWay.append(delivered)
    }

    private mutating func finish() throws {
        try settleEvents()
        progress.finish()
        do {
            try order?.wait(for: eventsOnTheWay, beforeTick: false)
            try order?.wait(for: ticksOnTheWay, beforeTick: false)
        } catch let standing as StandsStill {
            // All lines are sent in their order; only the count has to wait.
            uncounted = """
                all lines are sent, and what became of the events cannot be counted yet: \(standing) Start it (deploy/up); \
                `plainscore lag --until-zero` says when all is carried over, and `plainscore outcomes` counts then
                """
        }
    }

    private mutating func append(_ topic: RawTopic, partition: Int32?, key: RawSpan, value: RawSpan) throws {
        let handle = try handles[topic] ?? writer.topic(names.raw(topic))
        handles[topic] = handle
        try writer.append(handle, partition: partition, key: key, value: value)
        topics.insert(topic)
        sinceSeal += 1
        if sinceSeal == Self.recordsPerTicket {
            sinceSeal = 0
            let ticket = writer.seal()
            while ticket > Self.inFlightMax, try writer.settled() < ticket - Self.inFlightMax { usleep(1000) }
        }
        progress.add()
    }
}

/// A run that a consumer keeps from going on.
struct InterruptedProduce: Error, CustomStringConvertible {
    let description: String

    init(_ standing: StandsStill, _ rest: String) { description = "\(standing) Start it (deploy/up); \(rest)" }

    /// Where nothing from this line on has come into the timeline. To send a tick twice is harmless.
    init(_ standing: StandsStill, before line: Int) {
        self.init(
            standing,
            "then go on from line \(line): all lines before it are sent (tail -n +\(line) FILE | plainscore produce)")
    }
}

/// Says on a terminal, each second, how many records have been handed over and how fast.
private struct SendingProgress {
    private let isShown = isatty(STDERR_FILENO) == 1
    private let start = monotonicMilliseconds()
    private var shown = monotonicMilliseconds()
    private(set) var count = 0

    mutating func add() {
        count += 1
        guard isShown, count.isMultiple(of: 1024) else { return }
        let now = monotonicMilliseconds()
        guard now - shown >= 1000 else { return }
        shown = now
        writeError("\r\(count) records, \(Int64(count) * 1000 / max(1, now - start)) a second ")
    }

    func finish() {
        if isShown, shown > start + 999 { writeError("\r\u{1B}[K") }
    }
}
