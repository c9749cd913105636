internal import CRDKafka
import Synchronization

/// The lines that librdkafka writes of itself, such as what has become of a connection.
///
/// They go to standard error in librdkafka's own form, until somebody takes them.
public enum LibraryLines {
    public struct Line: Sendable {
        /// As syslog counts it: 0 (the worst) to 7.
        public let level: Int
        /// What part of librdkafka speaks, such as `FAIL`.
        public let facility: String
        public let text: String
    }

    private static let taker = Mutex<(@Sendable (Line) -> Void)?>(nil)

    /// From now on gives each line of every client to `taker`, which is called from librdkafka's own threads and from
    /// several at once. It must not call this module.
    public static func take(_ taker: @escaping @Sendable (Line) -> Void) {
        Self.taker.withLock { $0 = taker }
    }

    /// Whether somebody has taken it.
    static func give(_ line: @autoclosure () -> Line) -> Bool {
        guard let taker = taker.withLock({ $0 }) else { return false }
        taker(line())
        return true
    }
}
