import Events

/// A clock that stands in a live timeline, and the time of the last tick that it does not follow; both ms.
public struct ClockDoubt: Equatable, Sendable {
    public let clock: Int64
    public let claimed: Int64

    public init(clock: Int64, claimed: Int64) {
        self.clock = clock
        self.claimed = claimed
    }
}

/// Which ticks of a live timeline are followed, since a broker's clock can be wrong (invariant 2).
///
/// ```
/// stamps of all records, step by step ─▶ steady ─┬─ a tick up to one step ahead of it: followed
///                                                └─ a tick further ahead: the clock is in doubt, and stands
/// three events dated about the tick, or the operator's word ─▶ steady moves there ─▶ the next tick is followed
/// ```
/// A clock that jumps takes all its stamps with it at once, so it leaves `steady` behind. Time that passes while only the
/// consents are not read does not: the stamps of other records lead there in small steps. While the clock is in doubt
/// nothing expires and nothing rolls off; events are applied. Time that goes back changes nothing.
struct ClockGuard: Equatable {
    /// How far a stamp may be ahead of those before it, ms; nil where every tick is followed.
    let step: Int64?
    /// The greatest time that was reached by steps of at most `step`, ms; nil before the first stamp.
    private(set) var steady: Int64?
    private(set) var doubt: Doubt?

    /// A tick that is not followed.
    struct Doubt: Equatable {
        /// Its time, ms.
        var claimed: Int64
        /// The raw consents partition that it came from.
        var partition: Int32
        /// Events dated within one step of it that came since.
        var confirmations: Int32
    }

    /// So many events' own times confirm a jump.
    static let confirmationsMin: Int32 = 3

    init(step: Int64?) { self.step = step }

    /// As a snapshot has it.
    init(step: Int64?, steady: Int64?, doubt: Doubt?) {
        self.step = step
        self.steady = steady
        self.doubt = doubt
    }

    /// Takes note of the append stamp of any record.
    @inline(__always)
    mutating func pass(_ stamp: Int64) {
        guard let step else { return }
        guard let steady else {
            self.steady = stamp
            return
        }
        if stamp > steady, stamp - steady <= step { self.steady = stamp }
    }

    /// Whether a tick of this time is followed. Before the clock stands the first ones are, since nothing hangs on it yet.
    mutating func follows(_ time: Int64, from partition: Int32, clockStands: Bool) -> Bool {
        guard let step else { return true }
        guard clockStands, let steady else {
            self.steady = max(steady ?? time, time)
            return true
        }
        if time <= steady + step {
            if doubt?.partition == partition { doubt = nil }
            return true
        }
        let known = doubt.map { abs($0.claimed - time) <= step ? $0.confirmations : 0 } ?? 0
        doubt = Doubt(claimed: time, partition: partition, confirmations: known)
        return false
    }

    /// An event says when it happened: about the time of the tick in doubt, or not.
    @inline(__always)
    mutating func hear(_ occurredAt: Int64) {
        if doubt != nil { confirm(occurredAt) }
    }

    private mutating func confirm(_ occurredAt: Int64) {
        guard let step, let claimed = doubt?.claimed, abs(claimed - occurredAt) <= step else { return }
        doubt!.confirmations += 1
        if doubt!.confirmations >= Self.confirmationsMin { accept(claimed) }
    }

    /// The operator says that it is at least this late: ticks up to there, and one step further, are followed.
    mutating func accept(_ time: Int64) {
        guard let step else { return }
        steady = max(steady ?? time, time)
        if let claimed = doubt?.claimed, claimed <= steady! + step { doubt = nil }
    }
}
