import Log

/// Keeps a role from taking up what has just come too soon: what it sends costs the brokers by the request, not by the record.
///
/// A round begins no sooner than a while after the one before, and its outputs leave once the brokers have those of the one
/// before: a small round waits for them before it reads, so that the slower they are the more it takes up; a large one, where
/// there is much to catch up with, only before it sends. Thus requests do not queue up before a slow broker, and librdkafka
/// (2.0) does not spin: while records of a partition are on their way it holds back the next, and looks for the answer with
/// time-out 0.
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
        if !isLarge { try Self.awaitAnswer(writer) }
        wait(context)
    }

    /// Waits until the outputs of a round may follow those of the one before.
    func waitToSend(_ writer: some LogWriter) throws(LogError) {
        if isLarge { try Self.awaitAnswer(writer) }
    }

    private static func awaitAnswer(_ writer: some LogWriter) throws(LogError) {
        _ = try writer.delivers(within: answerMilliseconds)
    }
}
