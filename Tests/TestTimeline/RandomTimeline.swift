import Events

/// A timeline drawn from a seed: few persons, several years, all that the fold applies, out of order across topics, with
/// duplicates, conflicts, corrections (`RandomCorrections`), repeats, grants that come and go (`RandomGrants`), ticks far
/// and near, two raw consents partitions, K small. It ends when `events` events were sent.
public struct RandomTimeline {
    public private(set) var timeline: TimelineBuilder
    public static let persons = (1...6).map {
        PersonKey(high: UInt64($0) << 60 | 99, low: UInt64($0) &* 0x9E37_79B9_7F4A_7C15)
    }

    /// What kind of timeline is wanted; what is not named here is drawn.
    public struct Options: Sendable {
        /// Whether corrections are among the events.
        public var corrections = true
        /// Each person has a grant that is renewed in time and never withdrawn; else so in every third timeline.
        public var steadyGrants = false
        /// Whether a day may hold more events of a person than are kept.
        public var bursts = true
        public var mode: TimelineProperties.Mode?
        /// Whether stamps tell the time of the world, so that ticks of live timelines may be too far ahead to be followed and
        /// events may be dated ahead.
        public var doubts = false

        public init() {}
    }

    struct Sent {
        let event: Event
        let person: PersonKey
    }

    let options: Options
    let persons: ArraySlice<PersonKey>
    let producers = ["bank", "bank2", "Z"].map { Identifier($0)! }
    let events: RandomEvents
    var random: SeededRandom
    /// The time of the world; ticks tell it, with delay.
    var now: Int64
    var sent: [Sent] = []
    /// To be sent when `now` comes to that time: the clock is stopped there.
    var appointments: [(time: Int64, sent: Sent)] = []
    /// To be sent after that many more steps.
    private var held: [(steps: Int, sent: Sent)] = []
    private var offsets: [UInt8: [Int32: Int64]] = [:]
    private var idCount = 0
    private let hasSteadyGrants: Bool
    private var renewedAt: Int64?

    /// One of those with doubts of the clock.
    public static func doubtful(seed: UInt64, events count: Int) throws -> RandomTimeline {
        var options = Options()
        options.doubts = true
        return try RandomTimeline(seed: seed, events: count, options: options)
    }

    public init(seed: UInt64, events count: Int, options: Options = Options()) throws {
        random = SeededRandom(seed: seed)
        self.options = options
        hasSteadyGrants = options.steadyGrants || Int.random(in: 0..<3, using: &random) == 0
        persons = Self.persons.prefix(Int.random(in: 2...6, using: &random))
        events = RandomEvents(using: &random)
        // Years around a leap day, with and without one, in this century's second decade and its first.
        now = day([13_000, 19_000, 19_400, 20_500, 20_800].randomElement(using: &random)!)
        now += day(Int.random(in: 0..<400, using: &random)) + Int64.random(in: 0..<day(1), using: &random)
        timeline = TimelineBuilder(properties: Self.properties(options, using: &random))
        if options.doubts { timeline.stamp = now }
        offsets[RawTopic.control.rawValue] = [0: 1]
        if Int.random(in: 0..<5, using: &random) > 0 { tick() }
        while sent.count < count { try step() }
        tick()
    }

    private static func properties(_ options: Options, using random: inout SeededRandom) -> TimelineProperties {
        var properties = TimelineProperties.example
        properties.mode = options.mode ?? (Bool.random(using: &random) ? .live : .history)
        properties.dayOffset = Bool.random(using: &random) ? .spread : .none
        properties.rawPartitions = [1, 1, 1, 1, 2]
        let isGuarded = options.doubts && Int.random(in: 0..<3, using: &random) == 0
        properties.clockStepSeconds = isGuarded ? UInt32(day(3) / 1000) : 0
        properties.rollsPerRecord = Int32.random(in: 1...3, using: &random)
        properties.rollsPerTick = Int32.random(in: 1...6, using: &random)
        if !options.steadyGrants, Int.random(in: 0..<5, using: &random) == 0 {
            properties.waitingMax = Int32.random(in: 1...4, using: &random)
        }
        return properties
    }

    private mutating func step() throws {
        try renewSteadyGrants()
        for (index, entry) in held.enumerated().reversed() {
            held[index].steps -= 1
            if entry.steps <= 0 { send(held.remove(at: index).sent) }
        }
        let person = persons.randomElement(using: &random)!
        switch Int.random(in: 0..<1000, using: &random) {
        case 0..<80: try grantOrRenew(person)
        case 80..<86: try withdraw(person)
        case 86..<136: if let again = sent.randomElement(using: &random) { send(again) }
        case 136..<160: try sendConflict()
        case 160..<250 where options.corrections: try correct(person)
        case 250..<285: try timeline.repeated(Int.random(in: timeline.records.indices, using: &random))
        case 285 where options.bursts && Int.random(in: 0..<3, using: &random) == 0: try burst(person)
        case 285 where options.doubts: send(try financialEvent(of: person, at: now + day(3)), person)
        case 286..<310: now += Int64.random(in: 0...day(2), using: &random)
        case 310..<480: passTime()
        default: send(try financialEvent(of: person), person)
        }
    }

    // MARK: - Events

    /// Its id is its own, or now and then one that the person has already under another producer.
    mutating func financialEvent(of person: PersonKey, at time: Int64? = nil) throws -> Event {
        var id = nextID("e")
        if Int.random(in: 0..<16, using: &random) == 0, let other = sent.randomElement(using: &random) {
            id = other.event.id.text
        }
        let others = sent.suffix(60).filter { $0.person == person }.map(\.event.occurredAt)
        let drawn = RandomTimes.draw(now: now, others: others, using: &random)
        return try events.event(
            id, producer: producers.randomElement(using: &random)!, at: time ?? drawn, using: &random)
    }

    /// The same id and producer with other content, also of another type or another day.
    private mutating func sendConflict() throws {
        guard let other = sent.randomElement(using: &random) else { return }
        let time = Bool.random(using: &random) ? other.event.occurredAt : now
        let event = try events.event(
            other.event.id.text, producer: other.event.producer, at: time, using: &random)
        send(event, other.person)
    }

    /// More events of one person and day than are kept, or more corrections.
    private mutating func burst(_ person: PersonKey) throws {
        let areCorrections = options.corrections && Int.random(in: 0..<3, using: &random) == 0
        let midnight = now - now % day(1)
        for _ in 0..<230 {
            if areCorrections {
                try correctNobody(person)
            } else {
                let time = midnight + Int64.random(in: 0..<day(1), using: &random)
                send(try financialEvent(of: person, at: time), person)
            }
        }
    }

    mutating func nextID(_ letter: String) -> String {
        idCount += 1
        return "\(letter)\(idCount)"
    }

    // MARK: - Sending

    mutating func send(_ sent: Sent) { send(sent.event, sent.person) }

    /// Consents of a person stand in the raw partition of theirs.
    mutating func send(_ event: Event, _ person: PersonKey) {
        sent.append(Sent(event: event, person: person))
        let partition = event.type.topic == .consents ? Int32(person.high >> 60 & 1) : 0
        timeline.stamp = max(timeline.stamp, now)
        timeline.append(.event(person, event), from: next(event.type.topic, partition))
    }

    /// Sends it after others that are later, or before.
    mutating func sendLate(_ event: Event, _ person: PersonKey) {
        if Int.random(in: 0..<4, using: &random) == 0 { hold(event, person) } else { send(event, person) }
    }

    mutating func hold(_ event: Event, _ person: PersonKey) {
        held.append((Int.random(in: 0...25, using: &random), Sent(event: event, person: person)))
    }

    private mutating func next(_ topic: RawTopic, _ partition: Int32) -> Coordinates {
        defer { offsets[topic.rawValue, default: [:]][partition, default: 0] += 1 }
        return Coordinates(
            topic: topic, partition: partition, offset: offsets[topic.rawValue]?[partition] ?? 0)
    }

    // MARK: - Time

    private mutating func passTime() {
        var target: Int64
        switch Int.random(in: 0..<100, using: &random) {
        case 0..<20: target = now + Int64.random(in: 0...90_000, using: &random)
        case 20..<25: target = now + [59_999, 60_000, 60_001].randomElement(using: &random)!
        case 25..<60: target = now + day(Int.random(in: 0...4, using: &random)) + 1
        case 60..<80: target = edgeMoment() ?? now
        case 80..<95: target = now + day(Int.random(in: 5...40, using: &random))
        case 95..<98: target = now + day(Int.random(in: 40...200, using: &random))
        default: target = now
        }
        target = min(target, now + day(200))
        if let next = appointments.indices.min(by: { appointments[$0].time < appointments[$1].time }),
            appointments[next].time <= target
        {
            let appointment = appointments.remove(at: next)
            now = max(now, appointment.time)
            tick()
            send(appointment.sent)
            return
        }
        now = max(now, target)
        tick()
    }

    /// When, to the millisecond, an event leaves a window or a grant ends, or the millisecond before or after; within the
    /// next 120 days.
    private mutating func edgeMoment() -> Int64? {
        guard let other = sent.suffix(80).randomElement(using: &random) else { return nil }
        let offset = timeline.properties.dayOffset
        var moment: Int64
        if case .consent(let consent) = other.event.body {
            moment = consent.expiresAt ?? now
        } else {
            let first = offset.day(of: other.event.occurredAt, for: other.person)
            let window = Int32(RandomTimes.windows.randomElement(using: &random)!)
            moment = offset.start(of: first + window, for: other.person)
        }
        moment += Int64.random(in: -1...1, using: &random)
        return (now...now + day(120)).contains(moment) ? moment : nil
    }

    /// Mostly of both raw consents partitions, now and then of one alone, or one that tells an earlier time.
    private mutating func tick() {
        let all = 0..<timeline.properties.consentPartitions
        let only = Int.random(in: 0..<10, using: &random) < 2 ? all.randomElement(using: &random) : nil
        let back = Int.random(in: 0..<20, using: &random) == 0 ? day(1) : 0
        timeline.stamp = max(timeline.stamp, now)
        if options.doubts, Int.random(in: 0..<12, using: &random) == 0 {
            timeline.append(.clock(accepted: now), from: next(.control, 0))
        }
        for partition in all where only == nil || only == partition {
            timeline.append(
                .tick(time: now - back, secretFingerprint: 7, timeline.properties), from: next(.consents, partition))
        }
    }

    private mutating func renewSteadyGrants() throws {
        guard hasSteadyGrants, renewedAt.map({ now >= $0 + day(100) }) ?? true else { return }
        renewedAt = now
        for person in persons {
            let grant = "steady-\(person.high >> 60)"
            let event = try EventMaker().granted(nextID("s"), grant: grant, at: now, until: now + day(365))
            send(event, person)
        }
    }
}
