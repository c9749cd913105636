import Log

/// Keeps a role from taking up what has just come too soon: what it sends costs the brokers by the request, not by the record.
///
/// A round begins no sooner than a while after the one before; and after a small one, once the brokers have its outputs. So the
/// slower they are the larger the next becomes, and requests do not queue up before them. Large rounds, where there is much to
/// catch up with, wait for nobody.
struct Pace {
    /// Records from which on a round is large.
    private static let largeFrom = 1_000
    /// How long a round waits for the outputs of the one before at most, ms.
    private static let answerMilliseconds = 100

    private let milliseconds: Int64
    private var beganAt: Int64?
    private var isLarge = false

    init(milliseconds: Int64) { self.milliseconds = milliseconds }

    /// A round of work with so many records begins.
    mutating func begin(_ context: RoleContext, records: Int) {
        beganAt = context.clock()
        isLarge = records >= Self.largeFrom
    }

    /// Waits until the next may begin.
    func wait(_ context: RoleContext) {
        guard let beganAt else { return }
        let rest = beganAt + milliseconds - context.clock()
        if rest > 0 { context.pause(rest) }
    }

    /// The same for one that leaves its outputs with a writer.
    func wait(_ context: RoleContext, for writer: some LogWriter) throws(LogError) {
        guard beganAt != nil else { return }
        if !isLarge { _ = try writer.delivers(within: Self.answerMilliseconds) }
        wait(context)
    }
}
