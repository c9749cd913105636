import Events

/// One month of the clients' events as a careless world sends them: in any order, one in twenty twice, and one in twenty
/// first wrong and then corrected.
///
/// A correction takes the wrong event back by its id, and the right one comes under a new id, all in any order: some
/// corrections come before what they correct, and some wrong events are sent again after.
public struct DisorderlyMonth {
    public private(set) var events: [(event: Event, key: PersonKey)] = []
    /// How often each mishap was made.
    public private(set) var duplicates = 0
    public private(set) var corrected = 0
    public private(set) var correctedAhead = 0
    public private(set) var sentAgain = 0

    /// Month 1 is April 2005, and brings the consents too.
    public init(_ clients: [UCIData.Client], month: Int, random: inout some RandomNumberGenerator) throws {
        var queue: [(place: UInt64, event: Event, key: PersonKey)] = []
        for client in clients {
            let rightOnes = try (month == 1 ? [client.consent()] : []) + client.events(month: month)
            for event in rightOnes {
                func send(_ event: Event, _ place: UInt64) { queue.append((place, event, client.key)) }
                if event.currency != nil, Int.random(in: 0..<20, using: &random) == 0 {
                    try correct(event, of: month, &random, send: send)
                } else {
                    send(event, random.next())
                }
                if Int.random(in: 0..<20, using: &random) == 0, let sent = queue.last {
                    send(sent.event, random.next())
                    duplicates += 1
                }
            }
        }
        queue.sort { $0.place < $1.place }
        events = queue.map { ($0.event, $0.key) }
    }

    private mutating func correct(
        _ event: Event, of month: Int, _ random: inout some RandomNumberGenerator, send: (Event, UInt64) -> Void
    ) throws {
        let wrong = try Self.wrong(event, of: month, &random)
        let correction = try Event(
            id: Identifier("\(event.id.text)-x")!, producer: event.producer, occurredAt: event.occurredAt,
            currency: nil, body: .correction(Correction(correctedEvent: wrong.id)))
        let right = try Event(
            id: Identifier("\(event.id.text)-right")!, producer: event.producer, occurredAt: event.occurredAt,
            currency: event.currency, body: event.body)
        let places = [random.next() as UInt64, random.next()].sorted()
        let isAhead = Int.random(in: 0..<4, using: &random) == 0
        send(wrong, isAhead ? places[1] : places[0])
        send(correction, isAhead ? places[0] : places[1])
        corrected += 1
        if isAhead { correctedAhead += 1 }
        if Bool.random(using: &random) {
            send(wrong, UInt64.random(in: places[1]...(.max), using: &random))
            sentAgain += 1
        }
        send(right, random.next())
    }

    /// The event with other amounts, and dated on another day of the month or on the first of the next: so that taking it
    /// back lets the person's day fall.
    private static func wrong(_ event: Event, of month: Int, _ random: inout some RandomNumberGenerator) throws -> Event
    {
        let start = UCIData.Client.monthStart(month)
        let time = Int64.random(in: start...UCIData.Client.monthStart(month + 1), using: &random)
        var body = event.body
        switch body {
        case .repayment(var repayment):
            repayment.amountPaidMinor += Int64.random(in: 1...10_000_000, using: &random)
            body = .repayment(repayment)
        case .statement(var statement):
            statement.daysPastDue += 30 * Int32.random(in: 0...3, using: &random)
            statement.balanceMinor -= Int64.random(in: 1...10_000_000, using: &random)
            body = .statement(statement)
        default: break
        }
        return try Event(id: event.id, producer: event.producer, occurredAt: time, currency: event.currency, body: body)
    }
}
