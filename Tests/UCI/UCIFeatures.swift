/// The features of the UCI cards straight from the columns of the table, by their definitions in words: what the pipeline
/// makes of the events is held against this.
extension UCIData.Client {
    /// By feature name, at the end of September 2005, when all six months lie in every window; nil is missing.
    public var features: [String: Int64?] {
        let late = status.map { 30 * max(0, $0) }
        let paidMinor = paid.map { $0 * 100 }
        let balance = bill[5] * 100
        let limitMinor = limit * 100
        return [
            "statement.days_past_due.latest": late[5],
            "statement.days_past_due.max.365d": late.max(),
            "statement[days_past_due>=60].count.365d": Int64(late.count { $0 >= 60 }),
            "statement.balance_to_limit_bp.latest": floor(balance * 10_000, limitMinor),
            "repayment.paid_to_limit_bp.365d": floor(paidMinor.reduce(0, +) * 10_000, limitMinor * 6),
            "statement.limit.latest": limitMinor,
            "statement[unpaid].count.365d": Int64(paid.count { $0 == 0 }),
            // No event is sent for a month without payment.
            "repayment.paid.max.365d": paidMinor.filter { $0 > 0 }.max(),
        ]
    }

    private func floor(_ numerator: Int64, _ denominator: Int64) -> Int64 {
        let quotient = numerator / denominator
        return numerator % denominator < 0 ? quotient - 1 : quotient
    }
}
