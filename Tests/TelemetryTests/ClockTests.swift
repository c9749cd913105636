import Foundation
import Telemetry
import Testing

@Suite struct ClockTests {
    @Test(
        arguments: [
            (0, "1970-01-01T00:00:00.000Z"),
            (-1, "1969-12-31T23:59:59.999Z"),
            (951_782_399_999, "2000-02-28T23:59:59.999Z"),
            (951_868_799_999, "2000-02-29T23:59:59.999Z"),
            (951_868_800_000, "2000-03-01T00:00:00.000Z"),
            (1_795_559_400_123, "2026-11-24T22:30:00.123Z"),
            (4_107_542_400_000, "2100-03-01T00:00:00.000Z"),
            (253_402_300_799_999, "9999-12-31T23:59:59.999Z"),
        ] as [(Int64, String)])
    func `UTC text`(milliseconds: Int64, text: String) {
        #expect(utcText(milliseconds: milliseconds) == text)
    }

    @Test func `UTC text agrees with Foundation on every day of four centuries`() {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = TimeZone(identifier: "UTC")!
        for day in stride(from: -100 * 365, to: 300 * 366, by: 1) {
            let date = calendar.dateComponents(
                [.year, .month, .day], from: Date(timeIntervalSince1970: Double(day) * 86400))
            let parts = utcText(milliseconds: Int64(day) * 86_400_000).prefix(10).split(separator: "-").map { Int($0) }
            guard parts == [date.year, date.month, date.day] else {
                Issue.record("day \(day): \(parts)")
                return
            }
        }
    }

    @Test func `clocks run`() {
        let wall = Int64(Date().timeIntervalSince1970 * 1000)
        #expect(abs(wallMilliseconds() - wall) < 60_000)
        let start = monotonicMilliseconds()
        while monotonicMilliseconds() == start {}
        #expect(monotonicMilliseconds() > start)
    }
}
