import Events
import Log
import Scoring
import Telemetry

/// Why a role stops. Each says what to do about it, and whether starting again can help.
public enum RoleError: Error, CustomStringConvertible {
    /// A partition has no committed offset: it is never taken for 0.
    case missingOffset(group: String, topic: String, partition: Int32)
    /// The metadata of a committed offset is not what this program writes.
    case metadata(topic: String, partition: Int32, text: String)
    /// The log begins after what is needed.
    case logBeginsLater(topic: String, partition: Int32, wanted: Int64, low: Int64)
    case wrongSecret(String)
    case wrongModel(String)
    case brokenInvariant(String)

    public var description: String {
        switch self {
        case .missingOffset(let group, let topic, let partition):
            "group \(group) has no committed offset for \(topic)-\(partition): `plainscore topics check` names what is missing; it is never taken for 0"
        case .metadata(let topic, let partition, let text):
            "the committed offset of \(topic)-\(partition) carries '\(text)', which this program did not write: `plainscore topics check` says how the place is restored"
        case .logBeginsLater(let topic, let partition, let wanted, let low):
            "\(topic)-\(partition) begins at \(low), and \(wanted) is needed: bring a snapshot at \(low) or later from another instance's --state; where there is none, `plainscore topics check` says what is lost"
        case .wrongSecret(let text), .wrongModel(let text), .brokenInvariant(let text):
            text
        }
    }

    public var exitCode: ExitCode {
        switch self {
        case .missingOffset: .configuration
        case .wrongSecret: .wrongSecret
        case .wrongModel: .wrongModel
        case .metadata, .logBeginsLater, .brokenInvariant: .brokenInvariant
        }
    }
}

extension FoldError {
    /// The same as an error of the role that folds `topic`.
    func asRoleError(topic: String, partition: Int32) -> RoleError {
        let place = "\(topic)-\(partition)"
        switch self {
        case .otherSecret(let offset):
            return .wrongSecret("\(place)@\(offset) was keyed with another secret than the records before it")
        case .gap(let expected, let got):
            return .brokenInvariant("\(place): record \(expected) is missing, \(got) came: a gap is never folded over")
        case .record(let offset, let error):
            return .brokenInvariant("\(place)@\(offset) is not a timeline record: \(error)")
        case .noProperties(let offset):
            return .brokenInvariant(
                "\(place)@\(offset): the timeline does not begin with what it is: run `plainscore topics create`")
        case .otherTimeline(let offset):
            return .brokenInvariant("\(place)@\(offset) belongs to another timeline")
        case .rawTopicRemade(let source):
            return .brokenInvariant(
                "\(place): \(source) came again with a later stamp: its raw topic was deleted and made again, and its consumer was started without `plainscore topics renew`, which moves the new offsets. This record stays in the timeline: make another one with --prefix"
            )
        case .unknownSource(let source):
            return .brokenInvariant("\(place): \(source) names a raw partition that this timeline does not have")
        case .models(let offset, let reason):
            return .wrongModel(
                "\(place)@\(offset) switches to models that this program cannot load: \(reason). Start the version that `plainscore model switch` was of, or a later one"
            )
        }
    }
}
