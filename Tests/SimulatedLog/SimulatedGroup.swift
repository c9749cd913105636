import Log

/// A consumer group: its members, its generation, its committed offsets.
///
/// Eager rebalancing: whenever members come or go, all of them give back what they have; once all have, the next
/// generation begins with a new range assignment. Static members (KIP-345): one whose process is gone keeps its share
/// until its session ends, and a process that comes back under its instance takes it over without a rebalance.
final class SimulatedGroup {
    let name: String
    private(set) var generation = 0
    /// In order of instance, which is the order of the range assignment.
    private(set) var members: [SimulatedMember] = []
    private var isRebalancing = false
    /// The newest process under each instance: an older one that comes back is fenced, not let in.
    private var holders: [String: SimulatedReader] = [:]
    private var abandoned: [(reader: SimulatedReader, member: SimulatedMember)] = []
    private var offsets: [String: [Int32: CommittedOffset]] = [:]
    private let partitionCount: (String) -> Int32

    init(name: String, partitionCount: @escaping (String) -> Int32) {
        self.name = name
        self.partitionCount = partitionCount
    }

    func join(_ reader: SimulatedReader) {
        if let holder = holders.updateValue(reader, forKey: reader.instance), holder !== reader { holder.fence() }
        if let member = members.first(where: { $0.instance == reader.instance }) {
            let known = member.topic == reader.topic
            member.reader = reader
            member.topic = reader.topic
            if !known || isRebalancing { rebalance() } else { reader.offer(member.partitions) }
        } else {
            members.append(SimulatedMember(instance: reader.instance, topic: reader.topic, reader: reader))
            members.sort { $0.instance < $1.instance }
            rebalance()
        }
    }

    func isMember(_ reader: SimulatedReader) -> Bool { members.contains { $0.reader === reader } }

    /// The process is gone, or the reader closed; the membership stays.
    func abandon(_ reader: SimulatedReader) {
        guard let member = members.first(where: { $0.reader === reader }) else { return }
        member.reader = nil
        abandoned.append((reader, member))
        completeIfReleased()
    }

    /// The session of a reader ends, whether its process lives or not.
    func remove(_ reader: SimulatedReader) {
        let left = abandoned.first { $0.reader === reader }?.member
        abandoned.removeAll { $0.reader === reader }
        remove { $0.reader === reader || ($0 === left && $0.reader == nil) }
    }

    func removeAbandoned() {
        abandoned.removeAll()
        remove { $0.reader == nil }
    }

    /// A member has given back all that it had.
    func completeIfReleased() {
        guard isRebalancing, members.allSatisfy({ $0.reader?.isReleased ?? true }) else { return }
        isRebalancing = false
        guard !members.isEmpty else { return }
        generation += 1
        for member in members { member.partitions = share(of: member) }
        for member in members { member.reader?.offer(member.partitions) }
    }

    private func remove(_ isGone: (SimulatedMember) -> Bool) {
        let count = members.count
        members.removeAll(where: isGone)
        if members.count < count { rebalance() }
    }

    private func rebalance() {
        isRebalancing = true
        for member in members { member.reader?.recall() }
        completeIfReleased()
    }

    /// The range assignor: consecutive partitions, the first members one more where they do not divide evenly.
    private func share(of member: SimulatedMember) -> [Int32] {
        let sharing = members.filter { $0.topic == member.topic }
        guard let place = sharing.firstIndex(where: { $0 === member }) else { return [] }
        let (each, more) = Int(partitionCount(member.topic)).quotientAndRemainder(dividingBy: sharing.count)
        let start = each * place + min(place, more)
        return (start..<start + each + (place < more ? 1 : 0)).map(Int32.init)
    }
}

final class SimulatedMember {
    let instance: String
    var topic: String
    /// nil where its process is gone and its session is not.
    var reader: SimulatedReader?
    var partitions: [Int32] = []

    init(instance: String, topic: String, reader: SimulatedReader) {
        self.instance = instance
        self.topic = topic
        self.reader = reader
    }
}

// Committed offsets.
extension SimulatedGroup {
    func store(_ committed: [CommittedOffset], topic: String) {
        for offset in committed { offsets[topic, default: [:]][offset.partition] = offset }
    }

    func committed(topic: String, partition: Int32) -> CommittedOffset {
        offsets[topic]?[partition] ?? CommittedOffset(partition: partition, offset: nil, metadata: "")
    }

    func forget(topic: String) { offsets[topic] = nil }
}
