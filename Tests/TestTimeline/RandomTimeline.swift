import Events

/// A timeline drawn from a seed: few persons, three years, everything that the fold applies, out of order across topics,
/// with duplicates, conflicts, repeats, withdrawals, renewals, and ticks far and near.
public struct RandomTimeline {
    public private(set) var timeline: TimelineBuilder
    public static let persons = (1...6).map {
        PersonKey(high: UInt64($0) << 60 | 99, low: UInt64($0) &* 0x9E37_79B9_7F4A_7C15)
    }

    private var random: SeededRandom
    private let make = EventMaker()
    private var now = day(13_000)
    private var sent: [(event: Event, person: PersonKey)] = []

    public init(seed: UInt64, events: Int) throws {
        random = SeededRandom(seed: seed)
        var properties = TimelineProperties.example
        properties.mode = Bool.random(using: &random) ? .live : .history
        properties.dayOffset = Bool.random(using: &random) ? .spread : .none
        properties.rollsPerRecord = 1
        properties.rollsPerTick = 2
        timeline = TimelineBuilder(properties: properties)
        timeline.tick(now)
        for number in 0..<events { try step(number) }
    }

    /// Ticks until nobody is due any more, however small K is.
    public mutating func rollEveryone() {
        for _ in 0..<400 { timeline.tick(now) }
    }

    private mutating func step(_ number: Int) throws {
        let person = Self.persons.randomElement(using: &random)!
        let late = day(Int.random(in: 0...40, using: &random)) * Int64(Int.random(in: 0...3, using: &random) / 3)
        let time = now - late - Int64.random(in: 0..<Timestamp.dayMilliseconds, using: &random)
        switch Int.random(in: 0..<100, using: &random) {
        case 0..<34:
            send(
                try make.statement(
                    "s\(number)", at: time, limit: Int64.random(in: 0...3, using: &random) * 50_000,
                    balance: Int64.random(in: -20_000...150_000, using: &random),
                    daysPastDue: Int32.random(in: 0...4, using: &random) * 30), person)
        case 34..<62:
            send(
                try make.repayment(
                    "r\(number)", at: time, paid: Int64.random(in: 0...60_000, using: &random) + 1,
                    status: [.paid, .missed, .reversed].randomElement(using: &random)!), person)
        case 62..<72:
            let grant = "g\(Int.random(in: 1...2, using: &random))-\(person.high >> 60)"
            send(
                try make.granted(
                    "c\(number)", grant: grant, at: time, until: time + day(Int.random(in: 20...365, using: &random)),
                    purpose: grant.hasPrefix("g1") ? .lending : .tenancy), person)
        case 72..<74:
            let grant = "g\(Int.random(in: 1...2, using: &random))-\(person.high >> 60)"
            send(
                try make.withdrawn(
                    "w\(number)", grant: grant, at: time, purpose: grant.hasPrefix("g1") ? .lending : .tenancy), person)
        case 74..<80:
            if let (event, person) = sent.randomElement(using: &random) { timeline.event(event, of: person) }
        case 80..<83:
            if let (event, person) = sent.filter({ $0.event.type == .repayment }).randomElement(using: &random) {
                timeline.event(try make.repayment(event.id.text, at: event.occurredAt, paid: 77_777), of: person)
            }
        case 83..<87:
            try timeline.repeated(Int.random(in: 1..<timeline.records.count, using: &random))
        default:
            now += Bool.random(using: &random) ? day(Int.random(in: 1...45, using: &random)) : 90_000
            timeline.tick(now)
        }
    }

    private mutating func send(_ event: Event, _ person: PersonKey) {
        sent.append((event, person))
        timeline.event(event, of: person)
    }
}
