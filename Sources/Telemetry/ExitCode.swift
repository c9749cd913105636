import Glibc

/// How a process ends, told to whoever started it: whether to start it again, and if not, what to mend.
public enum ExitCode: Int32, CaseIterable, Sendable {
    /// Did what it was asked to, or was asked to stop.
    case success = 0
    /// A failure that may pass: the log did not answer, a record was not delivered, another process took the place.
    case failure = 1
    /// The command line is wrong.
    case usage = 2
    /// A setting, a topic, an address or a right is wrong.
    case configuration = 10
    /// The secret is not the one the timeline was made with: every person would get a second key.
    case wrongSecret = 11
    /// The model does not load, or is not the one that the timeline or the snapshot names.
    case wrongModel = 12
    /// Something that cannot be was found (a gap, a broken chain, a fold that differs). Nothing wrong was sent; a
    /// restart would find it again.
    case brokenInvariant = 13
    /// The state folder cannot be used, or another process uses it.
    case stateFolder = 14

    /// Whether the same command may succeed when it is started again as it is.
    public var isWorthRestart: Bool { self == .failure }

    /// Ends the process now, without waiting for any thread or buffer: what counts is in the log already.
    public func exit() -> Never { _exit(rawValue) }
}
