import Events
import Scoring
import TestTimeline

/// The worst input of one kind that is known: what one person is made of, and the records that then cost the most.
struct WorstInput: CustomStringConvertible, Sendable {
    enum Step: Sendable {
        case event(Event)
        case tick(Int64)
    }

    let description: String
    /// nil: every feature of the catalogue, some at a time.
    var features: [String]?
    /// Steps that one record may take, by the number of features of the card.
    let bound: @Sendable (Int) -> Int
    let fill: @Sendable () throws -> [Step]
    /// The records that are measured; the number differs with each card.
    let attack: @Sendable (Int) throws -> [Step]
}

/// The bounds that the doc comments of the fold's steps state, in `FoldLimits`.
enum WorstCost {
    private static let events = FoldLimits.eventsPerPerson
    private static let perDay = FoldLimits.eventsPerPersonAndDay

    /// Whether an event or a notice is known: a look at each notice, and for an id that is there at each event.
    static let known = 3 * FoldLimits.noticesPerPerson + events + perDay
    /// The place of an event in its order: a look at each name, and for each name of the day at the ties that are undecided;
    /// later events move; the filter is made anew. With room for the logarithm.
    static let place = 3 * events + perDay * perDay / 2 + 64
    /// Two looks at each event for a condition on other events, and four for obligations; one for the making of each gate's
    /// totals, and up to one more for those that leave.
    static func evaluation(_ features: Int) -> Int { features * (1 + 8 * events) }
    static func event(_ features: Int) -> Int { known + place + evaluation(features) }
    /// The days that pass for one person: what leaves does so once, what is scanned anew is so each time.
    static func passing(_ features: Int) -> Int { FoldLimits.dueMomentsPerPerson * features * events }
    /// Events that waited come in as any others, and are evaluated once.
    static func consent(_ features: Int) -> Int {
        FoldLimits.waitingPerPerson * (FoldLimits.noticesPerPerson + 4 * FoldLimits.waitingPerPerson + perDay * perDay)
            + evaluation(features)
    }
}

extension WorstInput {
    private static let make = EventMaker()
    /// The first day of events; grants begin before it.
    static let firstDay = 13_000
    /// One below the most that a day holds, so that the attack can add to the oldest days.
    private static let perDay = FoldLimits.eventsPerPersonAndDay - 1
    private static let days = FoldLimits.eventsPerPerson / FoldLimits.eventsPerPersonAndDay
    private static var lastDay: Int { firstDay + days }

    /// As many events as one person may have, but for one a day.
    private static func full(_ event: (_ day: Int, _ number: Int) throws -> Event) throws -> [Step] {
        try (0..<days).flatMap { number in
            try (0..<perDay).map { .event(try event(firstDay + number, $0)) }
        }
    }

    static let all: [WorstInput] = [
        WorstInput(
            description: "statements and payments by turns", bound: WorstCost.event,
            fill: {
                try full { number, index in
                    index.isMultiple(of: 2)
                        ? try make.statement("s\(number)-\(index)", at: day(number) + Int64(index) * 1_001)
                        : try make.repayment("s\(number)-\(index)", at: day(number) + Int64(index) * 1_001)
                }
            },
            attack: { number in
                [
                    .event(try make.statement("a\(number)", at: day(firstDay + 2 * number))),
                    .event(try make.repayment("b\(number)", at: day(firstDay + 2 * number + 1))),
                ]
            }),
        WorstInput(
            description: "each repayment of another obligation, none paid", bound: WorstCost.event,
            fill: {
                try full { number, index in
                    try make.repayment(
                        "r\(number)-\(index)", on: number, obligation: "o\(number)-\(index)", due: number, paid: nil,
                        amount: 0, of: 1_000, .missed)
                }
            },
            attack: { number in
                [
                    .event(
                        try make.repayment(
                            "a\(number)", on: firstDay + number, obligation: "a\(number)", due: firstDay, paid: nil,
                            amount: 0, of: 1_000, .missed))
                ]
            }),
        WorstInput(
            description: "cash flows whose balances fall, and leave one day after the other",
            bound: WorstCost.evaluation,
            fill: {
                try full { number, index in
                    try make.cashFlow(
                        "f\(number)-\(index)", on: number, amount: Int64(10_000_000 - number * 200 - index),
                        balance: Int64(-number * 200 - index), millisecond: Int64(index))
                }
            },
            attack: { number in [.tick(day(lastDay + number + 1))] }),
        WorstInput(
            description: "rentals of one kind, and those of another at the ends of the month", bound: WorstCost.event,
            fill: {
                try full { number, index in
                    try make.rental(
                        "r\(number)-\(index)", on: number, dueBack: number, returned: number, held: 1, kept: 0)
                }
            },
            attack: { number in
                [.event(try make.bill("b\(number)", on: firstDay + number, paid: nil, amount: 0, of: 10, .missed))]
            }),
        WorstInput(
            description: "events in another currency before the first", bound: WorstCost.event,
            fill: {
                try full { number, index in
                    try make.bill(
                        "b\(number)-\(index)", on: number, paid: number, amount: 5, of: 5, .paid, currency: "USD")
                }
            },
            attack: { number in
                [.event(try make.cashFlow("f\(number)", on: lastDay - number, amount: 5))]
            }),
        WorstInput(
            description: "a day's events at one second, by names that fall", features: ["person.events.30d"],
            bound: WorstCost.event,
            fill: {
                try (0..<perDay).flatMap { index in
                    try (0..<days).map { number in
                        .event(try make.cashFlow("f\(2_000 - index)-\(number)", on: firstDay + number, amount: 5))
                    }
                }
            },
            attack: { _ in
                try (0..<days).map { .event(try make.cashFlow("f1900x\($0)", on: firstDay + $0, amount: 5)) }
            }),
        WorstInput(
            description: "the oldest event again and again", features: ["person.events.30d"], bound: WorstCost.event,
            fill: { try full { try make.cashFlow("f\($0)-\($1)", on: $0, millisecond: Int64($1)) } },
            attack: { _ in
                try (0..<50).map { _ in .event(try make.cashFlow("f\(firstDay)-0", on: firstDay, millisecond: 0)) }
            }),
        WorstInput(
            description: "corrections, as many as are kept, of events that are there", bound: WorstCost.event,
            fill: {
                try full { number, index in
                    try make.statement("s\(number)-\(index)", at: day(number) + Int64(index), balance: 3_000_000_000)
                } + corrections(FoldLimits.noticesPerPerson - 100)
            },
            attack: { number in
                try (0..<2).map { index in
                    let time = day(lastDay + 30)
                    return .event(try make.correction("x\(number)-\(index)", of: "s\(firstDay)-\(number)", at: time))
                }
            }),
        WorstInput(
            description: "years pass in one tick", features: Array(Feature.names.prefix(60)), bound: WorstCost.passing,
            fill: { try full { try make.repayment("r\($0)-\($1)", at: day($0) + Int64($1) * 1_001) } },
            attack: { _ in [.tick(day(firstDay + 2_000))] }),
    ]

    /// Of events that are not there, as many a day as may come.
    private static func corrections(_ count: Int) throws -> [Step] {
        try (0..<count).flatMap { number -> [Step] in
            let time = day(lastDay + 1 + number / FoldLimits.eventsPerPersonAndDay)
            let correction = Step.event(try make.correction("c\(number)", of: "none\(number)", at: time))
            return number.isMultiple(of: FoldLimits.eventsPerPersonAndDay) ? [.tick(time), correction] : [correction]
        }
    }
}
