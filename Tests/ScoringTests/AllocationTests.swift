import AllocationCounter
import Events
import Scoring
import TestTimeline
import Testing

/// In the steady state, where each day as much leaves a window as comes, the fold asks for no memory.
@Suite struct AllocationTests {
    @Test func `events and days in the steady state allocate nothing`() throws {
        var timeline = try steadyTimeline()
        let warm = timeline.records.count
        try addDays(Self.fillDays..<Self.fillDays + 240, to: &timeline)
        let fold = PartitionFold(partition: 0, scorecard: try shippedCard("stripped"))
        var output = FoldOutput()
        var quiet = Allocations()
        var ticks = Allocations()
        var moved = Allocations()
        var held: Int?
        for (index, record) in timeline.records.enumerated() {
            output.removeAll()
            let clock = fold.clock
            if index == warm { held = fold.personMemory.heldBytes }
            if index >= warm { allocation_count_begin() }
            try fold.fold(
                offset: fold.nextOffset, key: unsafe record.key.span.bytes, value: unsafe record.value.span.bytes,
                into: &output)
            guard index >= warm else { continue }
            let count = Int(allocation_count_end())
            if !output.ends.isEmpty {
                moved.add(count)
            } else if fold.clock != clock {
                ticks.add(count)
            } else {
                quiet.add(count)
            }
        }
        print("allocations in the steady state: events \(quiet); ticks \(ticks); records that move a score \(moved)")
        #expect(quiet.records > 400 && ticks.records > 20 && moved.records > 20)
        #expect(quiet.count == 0, "events: \(quiet.places)")
        #expect(ticks.count == 0, "ticks: \(ticks.places)")
        #expect(moved.count == 0, "records that move a score: \(moved.places)")
        #expect(fold.personMemory.heldBytes == held, "arrays grow in pages that are there")
    }

    @Test func `what is counted is what the thread allocates`() {
        allocation_count_begin()
        let array = Array(repeating: 1, count: 1000)
        let count = allocation_count_end()
        #expect(count == 1 && array.count == 1000)
        allocation_count_begin()
        let none = allocation_count_end()
        #expect(none == 0)
    }

    private struct Allocations: CustomStringConvertible {
        var records = 0
        var count = 0
        /// How many records' first allocation came from each place.
        private var firsts: [String: Int] = [:]

        mutating func add(_ allocations: Int) {
            records += 1
            count += allocations
            if allocations > 0 { firsts[Self.lastPlace(), default: 0] += 1 }
        }

        var description: String { "\(count) in \(records)" }

        var places: String {
            firsts.sorted { $0.value > $1.value }.map { "\n\($0.value) records, first from\n\($0.key)" }.joined()
        }

        /// Where the first of the last count came from, innermost first; where a name is missing, what `addr2line` takes.
        private static func lastPlace() -> String {
            let frames = unsafe UnsafeBufferPointer(start: allocation_first(), count: allocation_frames)
            return unsafe frames.prefix(8).filter { $0 != 0 }
                .map { unsafe "  " + String(cString: allocation_place($0)) }.joined(separator: "\n")
        }
    }

    // MARK: - The steady state

    private static let fillDays = 900
    private static let persons = (0..<5).map { PersonKey(high: UInt64($0) << 61 | 5, low: UInt64($0)) }

    /// Grants that are renewed, and more than the horizon of days with events.
    private func steadyTimeline() throws -> TimelineBuilder {
        let make = EventMaker()
        var properties = TimelineProperties.example
        properties.mode = .live
        properties.dayOffset = .spread
        var timeline = TimelineBuilder(properties: properties)
        timeline.tick(day(Self.firstDay))
        for (number, person) in Self.persons.enumerated() {
            for renewal in 0..<4 {
                let time = day(Self.firstDay + renewal * 360)
                timeline.event(
                    try make.granted("c\(renewal)", grant: "g\(number)", at: time, until: time + day(365)), of: person)
            }
        }
        try addDays(0..<Self.fillDays, to: &timeline)
        return timeline
    }

    private static let firstDay = 13_000

    /// Ten repayments a day of five persons: 60 a person and month, one in a hundred late.
    private func addDays(_ days: Range<Int>, to timeline: inout TimelineBuilder) throws {
        var random = SeededRandom(seed: UInt64(days.lowerBound))
        for number in days {
            timeline.tick(day(Self.firstDay + number))
            for event in 0..<10 {
                let time = day(Self.firstDay + number) + Int64(event) * 7_200_000 + 1
                let today = CalendarDate(days: Int32(time / Timestamp.dayMilliseconds))!
                let late = Int32.random(in: 0..<100, using: &random) == 0 ? Int32.random(in: 1...40, using: &random) : 0
                let amount = Int64.random(in: 1_000...60_000, using: &random)
                timeline.event(
                    try Event(
                        id: Identifier("r\(number)-\(event)")!, producer: Identifier("bank")!, occurredAt: time,
                        currency: Currency("EUR"),
                        body: .repayment(
                            Repayment(
                                obligation: Identifier("loan")!, kind: .loan,
                                dueDate: CalendarDate(days: today.days - late)!, amountDueMinor: amount,
                                amountPaidMinor: amount, paidDate: today, status: .paid))),
                    of: Self.persons[event % Self.persons.count])
            }
        }
    }
}
