/// What went wrong with a log, as far as a role must tell it apart.
public struct LogError: Error, CustomStringConvertible, Sendable {
    public enum Kind: Equatable, Sendable {
        /// Another process has taken this one's place (group generation, transactional id).
        case fenced
        /// A record could not be delivered: the process must end before any offset above it is committed.
        case undelivered
        /// The log did not answer in time.
        case unavailable
        case missingTopic
        /// The offset asked for is not kept: records would be lost in silence.
        case offsetOutOfRange
        /// The high watermark stands above a position that does not advance.
        case stalled
        /// A setting, an address or a right is wrong: starting again does not help.
        case configuration
        /// Anything else: nothing is known to be safe.
        case fatal
    }

    public let kind: Kind
    public let description: String

    public init(_ kind: Kind, _ description: String) {
        self.kind = kind
        self.description = description
    }
}
