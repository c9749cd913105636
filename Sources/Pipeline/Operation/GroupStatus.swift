import Kafka
import Log

/// How one role's group stands: who is in it, and how far it is behind in each partition.
public struct GroupStatus: Sendable {
    /// What the broker says of the group's members, or why it is not known.
    public enum Members: Sendable {
        case known(GroupDescription)
        /// The broker knows no such question (`plainscore dev-broker`).
        case notTold
        /// It ought to have answered, and has not.
        case failed(reason: String)
    }

    public let group: String
    public let topic: String
    public let members: Members
    /// In order, one for each of the topic's; empty where `fault` says why.
    public let places: [PartitionLag]
    /// Why nothing is known of offsets and lag.
    public let fault: String?

    /// Asks for offsets and lag; what keeps it from an answer becomes the fault.
    init(_ group: String, topic: String, _ log: KafkaLog, _ members: Members) {
        self.group = group
        self.topic = topic
        self.members = members
        do throws(LogError) {
            places = try partitionLags(log, group: group, topic: topic)
            fault = nil
        } catch {
            places = []
            fault = "\(error)"
        }
    }

    /// A group that is not asked about, since others have not answered.
    init(_ group: String, topic: String, _ members: Members, notAsked fault: String) {
        self.group = group
        self.topic = topic
        self.members = members
        places = []
        self.fault = fault
    }

    public var description: GroupDescription? {
        if case .known(let description) = members { description } else { nil }
    }

    /// Partitions that no member has; none where the members are not known.
    public var orphans: [Int32] {
        guard let description else { return [] }
        return places.map(\.partition).filter { place in
            !description.members.contains { $0.partitions.contains(place) }
        }
    }
}
