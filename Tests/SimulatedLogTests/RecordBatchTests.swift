import Log
import Testing

/// Partitions take turns, and the order within one stays.
@Suite struct RecordBatchTests {
    @Test func `entries of one partition do not wait for all of another`() {
        #expect(inTurns([0, 0, 0, 1, 2, 1]) == [[0, 0], [1, 3], [2, 4], [0, 1], [1, 5], [0, 2]])
        #expect(inTurns([]) == [] && inTurns([7, 7]) == [[7, 0], [7, 1]])
    }

    /// Partition and offset of each entry, the offset being its place before.
    private func inTurns(_ partitions: [Int32]) -> [[Int64]] {
        var batch = RecordBatch()
        for (place, partition) in partitions.enumerated() {
            batch.append(partition: partition, offset: Int64(place), timestamp: 0, key: nil, value: nil)
        }
        return batch.entriesInTurns().map { [Int64($0.partition), $0.offset] }
    }
}
