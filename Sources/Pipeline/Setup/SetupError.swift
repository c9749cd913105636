import Telemetry

/// A timeline's set-up is not as it must be: what is wrong, and the command that mends it.
public struct SetupError: Error, CustomStringConvertible, Sendable {
    public enum Kind: Sendable {
        /// Topics, settings, offsets or options: exit code 10.
        case configuration
        /// The secret is missing or not the one that the timeline was made with: exit code 11.
        case wrongSecret
    }

    public let kind: Kind
    public let description: String

    public init(_ kind: Kind = .configuration, _ description: String) {
        self.kind = kind
        self.description = description
    }

    public var exitCode: ExitCode {
        switch kind {
        case .configuration: .configuration
        case .wrongSecret: .wrongSecret
        }
    }
}
