import Events

extension PartitionFold {
    /// The offset of the last record of a raw partition that this fold has taken in; −1 before the first.
    public func lastFolded(of topic: RawTopic, partition: Int32) -> Int64 {
        let index = Int(topic.rawValue)
        guard state.sources.positions.indices.contains(index), state.sources.positions[index].indices.contains(Int(partition))
        else { return -1 }
        return state.sources.positions[index][Int(partition)].offset
    }
}
