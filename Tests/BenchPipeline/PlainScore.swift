/// The score of the stripped job, computed the plainest way from the payments of one person: the oracle of the whole
/// pipeline. It shares nothing with `Scoring`.
enum PlainScore {
    private static let characteristics: [(bounds: [Int64], points: [Int])] = [
        ([1, 2, 4], [40, 10, -25, -60]),
        ([1, 3, 6], [45, 20, -15, -55]),
        ([1, 15, 30, 60], [35, 15, -10, -40, -80]),
        ([5_000, 9_000, 10_000], [-40, -10, 10, 25]),
        ([7_000, 9_500], [-35, -5, 30]),
        ([3, 10, 25], [-20, 0, 15, 30]),
        ([1, 3], [-5, 5, 10]),
        ([30, 90, 180], [-30, -10, 10, 35]),
    ]

    /// As of the day `today`, days since the epoch.
    static func score(_ payments: [StrippedJob.Payment], today: Int64) -> Int {
        func within(_ days: Int64) -> [StrippedJob.Payment] {
            payments.filter { $0.day > today - days && $0.day <= today }
        }
        func paidToDue(_ days: Int64) -> Int64 {
            let due = within(days).reduce(0) { $0 + $1.dueMinor }
            return due == 0 ? 10_000 : within(days).reduce(0) { $0 + $1.paidMinor } * 10_000 / due
        }
        let late = within(365).filter { $0.daysLate > 0 }
        let values: [Int64] = [
            Int64(within(90).count { $0.daysLate > 0 }),
            Int64(late.count),
            within(365).map(\.daysLate).max() ?? 0,
            paidToDue(30),
            paidToDue(180),
            Int64(within(365).count),
            Int64(within(30).count),
            late.map { today - $0.day }.min() ?? 400,
        ]
        return zip(characteristics, values).reduce(600) { sum, pair in
            let bin = pair.0.bounds.firstIndex { pair.1 < $0 } ?? pair.0.bounds.count
            return sum + pair.0.points[bin]
        }
    }
}
