/// Why a raw record is refused: a closed list of stable codes, as they stand in the headers of dead letters.
/// `schemas/README.md` tells them to producers.
public enum RefusalReason: String, CaseIterable, Sendable {
    /// No bytes at all.
    case empty
    /// A null value: a tombstone carries no event.
    case null
    /// More than `EventDecoder.sizeMax` bytes, or Protobuf that repeats fields past any reason.
    case tooLarge
    case malformedJSON
    case malformedProtobuf
    case invalidUTF8
    /// More than `EventDecoder.depthMax` levels.
    case tooDeep
    case duplicateKey
    case unknownField
    case missingField
    case wrongType
    /// A number beyond what its field may say.
    case outOfRange
    case invalidIdentifier
    case invalidDate
    case invalidCurrency
    /// An enum value that is not in the schema.
    case unknownValue
    /// Each field is right for itself, but not beside the others.
    case contradiction
    case severalBodies
    case noBody
    /// The event type belongs on another topic.
    case wrongTopic
    /// Dated more than `EventRules.datedAheadMaxMilliseconds` after its own append stamp and after the clock: the fold says so,
    /// and whoever checks events beforehand.
    case datedAhead
    case notSupportedYet
    case unsupportedFraming
    case tickNotAllowed
    /// A record of `control` that nothing was meant by.
    case damagedControl
    /// Models of a record of `control` that cannot be loaded.
    case unusableModels

    /// Of operators' records, which are no events.
    public static let ofControl: [RefusalReason] = [.damagedControl, .unusableModels]
}
