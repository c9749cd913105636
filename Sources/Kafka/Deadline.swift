/// A point in time by which something must have ended.
struct Deadline {
    private let end: ContinuousClock.Instant

    init(milliseconds: Int) {
        end = .now + .milliseconds(milliseconds)
    }

    var hasPassed: Bool { end <= .now }

    /// What is left, in ms, 0 at least; as librdkafka takes it.
    var remaining: Int32 {
        let left = ContinuousClock.now.duration(to: end)
        let milliseconds = left.components.seconds * 1000 + left.components.attoseconds / 1_000_000_000_000_000
        return Int32(clamping: max(0, milliseconds))
    }

    /// What is left, `most` at most: so that a call that cannot be woken looks up now and then.
    func remaining(most: Int32) -> Int32 { min(most, remaining) }
}
