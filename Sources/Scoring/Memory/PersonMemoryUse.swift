/// What the persons' arrays cost in memory; see `PartitionFold.personMemory`.
public struct PersonMemoryUse: Sendable {
    /// Asked from the system, in whole huge pages.
    public let heldBytes: Int
    /// Of arrays that are in use, with the room in which they may grow.
    public let liveBytes: Int
}
