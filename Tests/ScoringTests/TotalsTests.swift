import Events
import Scoring
import TestTimeline
import Testing

/// A person with many events has running totals, moved by each event and each day. They are what a scan from the start
/// gives: `score(of:rolledTo:)` builds them anew.
@Suite struct TotalsTests {
    let person = PersonKey(high: 1, low: 1)

    /// One of every way in which a value is kept, in more than one window.
    static let names = [
        "cashflow.count.30d", "cashflow[in].amount.sum.90d", "cashflow.amount.per30d.365d", "cashflow.balance.mean.90d",
        "cashflow.balance.min.180d", "cashflow.amount.max.30d", "cashflow.amount.max.730d", "cashflow.balance.latest",
        "cashflow[balance<0].share_bp.90d", "cashflow[income].months.365d", "cashflow[balance<0].days.180d",
        "cashflow[balance<0].days_since", "cashflow[in].longest_streak.90d", "cashflow.out_to_in_bp.30d",
        "repayment.days_late.mean.365d", "repayment[late].count.180d", "repayment[on_time].share_bp.730d",
        "repayment.obligations_open.90d", "repayment.paid_to_due_bp.90d", "repayment.paid_to_limit_bp.180d",
        "repayment.paid.max.90d", "statement[unpaid].count.365d", "statement.balance_to_limit_bp.latest",
        "rental.deposit_kept_to_held_bp.730d", "bill[missed].days_since", "person.tenure_days", "person.events.90d",
        "person.active_months.730d",
    ]

    @Test(arguments: 0..<24 as Range<UInt64>)
    func `after every few records the score is the one that a scan from the start gives`(_ seed: UInt64) throws {
        let timeline = try Self.timeline(seed, of: person)
        let fold = PartitionFold(partition: 0, scorecard: try Self.card())
        var score: Int32?
        var changes = 0
        for (number, record) in timeline.records.enumerated() {
            let chain = fold.chain
            for result in try fold.fold([record]).decoded(after: chain) {
                score = result.score
                changes += 1
            }
            // The scan is slow, and a value that has gone astray stays so for a while.
            if number % 4 == 0 {
                #expect(score == fold.score(of: person, rolledTo: 0), "seed \(seed), record \(number)")
            }
        }
        #expect(changes > 500, "seed \(seed)")
        #expect(fold.outcomes[.voided] > 0 && fold.outcomes[.duplicate] > 20, "seed \(seed)")
    }

    @Test func `each of five hundred events is known again, and a new one is new`() throws {
        let make = EventMaker()
        var timeline = TimelineBuilder()
        try timeline.grantForLong(from: 20_000, to: person)
        let ids = (0..<500).map { "event-\($0)" }
        for (index, id) in (ids + ids).enumerated() {
            timeline.event(try make.cashFlow(id, on: 20_000 + index % 500 / 100), of: person)
        }
        let fold = PartitionFold(partition: 0, scorecard: try FeatureProbe(["cashflow.count.30d"]).card)
        _ = try fold.fold(timeline.records)
        #expect(fold.outcomes[.duplicate] == 500 && fold.outcomes[.applied] == 503)
    }

    /// Four and a half years of one person: bursts and lulls, late ones, twice sent ones, corrections; a grant all along.
    private static func timeline(_ seed: UInt64, of person: PersonKey) throws -> TimelineBuilder {
        var random = SeededRandom(seed: seed)
        var timeline = TimelineBuilder()
        let make = EventMaker()
        var today = 15_000
        timeline.tick(day(today))
        var granted = today
        timeline.event(try make.granted("g-\(today)", at: day(today), until: day(today + 365)), of: person)
        var sent: [Event] = []
        for number in 0..<1_400 {
            switch Int.random(in: 0..<20, using: &random) {
            case 0..<2:
                today += [1, 1, 1, 2, 3, 17, 40].randomElement(using: &random)!
                timeline.tick(day(today))
                if today > granted + 300 {
                    granted = today
                    timeline.event(try make.granted("g-\(today)", at: day(today), until: day(today + 365)), of: person)
                }
            case 2: if let event = sent.suffix(200).randomElement(using: &random) { timeline.event(event, of: person) }
            case 3:
                if let event = sent.suffix(40).randomElement(using: &random) {
                    timeline.event(try make.correction("x\(number)", of: event.id.text, at: day(today)), of: person)
                    if number % 2 == 0 { timeline.event(event, of: person) }
                }
            default:
                let late = Int.random(in: 0..<4, using: &random) == 0 ? Int.random(in: 0..<400, using: &random) : 0
                let event = try event("e\(number)", on: today - late, &random)
                sent.append(event)
                timeline.event(event, of: person)
            }
        }
        return timeline
    }

    private static func event(_ id: String, on day: Int, _ random: inout SeededRandom) throws -> Event {
        let make = EventMaker()
        let amount = Int64.random(in: 1...12, using: &random) * 10
        switch Int.random(in: 0..<10, using: &random) {
        case 0..<5:
            return try make.cashFlow(
                id, on: day, Bool.random(using: &random) ? .in : .out, .other, amount: amount,
                balance: Int64.random(in: -5...9, using: &random) * 10,
                millisecond: Int64.random(in: 0...2, using: &random) * 500)
        case 5..<8:
            let paid = day + Int.random(in: -2...2, using: &random)
            let status = PaymentStatus.allCases.randomElement(using: &random)!
            return try make.repayment(
                id, on: day, obligation: "loan-\(Int.random(in: 0...3, using: &random))", due: day,
                paid: status == .missed ? nil : paid,
                amount: status == .missed ? 0 : status == .partial ? amount - 5 : amount, of: amount, status)
        case 8:
            return try make.statement(
                id, at: TestTimeline.day(day), limit: amount * Int64.random(in: 0...3, using: &random), balance: amount)
        default:
            let rental = Bool.random(using: &random)
            return rental
                ? try make.rental(id, on: day, dueBack: day, returned: day + 1, held: amount, kept: amount / 2)
                : try make.bill(id, on: day, paid: nil, amount: 0, of: amount, .missed)
        }
    }

    /// Bins so narrow that hardly a value moves unseen.
    private static func card() throws -> Scorecard {
        let edges = [
            Int64.min, -200, -100, -50, -40, -30, -20, -10, -5, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 15, 20, 25, 30,
            35,
            40, 45, 50, 55, 60, 65, 70, 75, 80, 90, 100, 110, 120, 150, 200, 300, 400, 600, 800, 1_000, 1_500, 2_000,
            2_500, 3_000, 4_000, 5_000, 6_000, 7_000, 8_000, 9_000, 10_000, 12_000, 15_000, 20_000,
        ]
        var bins = [Bin(values: .missing, points: -1)]
        for (index, edge) in edges.enumerated() {
            let end = index + 1 < edges.count ? edges[index + 1] - 1 : .max
            bins.append(Bin(values: .range(edge...end), points: Int32(index)))
        }
        return Scorecard(
            name: "totals", version: "1", hash: .zero, currency: Currency("TWD")!, initialScore: 0,
            reasonCodeAlgorithm: .pointsBelow, baselineMethod: "other",
            characteristics: try names.enumerated().map { index, name in
                // Each with a weight of its own, so that two that move against each other do not even out.
                let weighed = bins.map { Bin(values: $0.values, points: $0.points * Int32(index * index + 7)) }
                return Characteristic(
                    name: name, feature: try Feature(name), reasonCode: "R", baselinePoints: 0, bins: weighed)
            }, reasonTexts: [:])
    }
}
