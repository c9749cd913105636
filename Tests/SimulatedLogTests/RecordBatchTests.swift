import Checksums
import Log
import Testing

/// Partitions take turns, and the order within one stays.
@Suite struct RecordBatchTests {
    @Test func `entries of one partition do not wait for all of another`() {
        #expect(inTurns([0, 0, 0, 1, 2, 1]) == [[0, 0], [1, 3], [2, 4], [0, 1], [1, 5], [0, 2]])
        #expect(inTurns([]) == [] && inTurns([7, 7]) == [[7, 0], [7, 1]])
    }

    @Test func `of a long value a batch holds the first bytes, with length and digest of the whole`() throws {
        var batch = RecordBatch(valueBytesMax: 4)
        let values: [[UInt8]?] = [[1, 2, 3, 4], [1, 2, 3, 4, 5], nil, [], Array(repeating: 9, count: 1_000)]
        func fill() {
            for (offset, value) in values.enumerated() {
                if let value {
                    let span = unsafe value.span.bytes
                    batch.append(partition: 0, offset: Int64(offset), timestamp: 0, key: nil, value: span)
                } else {
                    batch.append(partition: 0, offset: Int64(offset), timestamp: 0, key: nil, value: nil)
                }
            }
        }
        for _ in 0..<2 {  // a batch that is used again knows nothing of the time before
            batch.removeAll()
            fill()
            #expect(batch.byteCount == 12)
            for (entry, value) in zip(batch.entries, values) {
                #expect(batch.value(entry).copied == Array((value ?? []).prefix(4)))
                #expect(entry.isNullValue == (value == nil))
                guard let value, value.count > 4 else {
                    #expect(batch.cut(entry) == nil)
                    continue
                }
                let digest = unsafe xxh3Digest(value.span.bytes)
                #expect(batch.cut(entry) == RecordBatch.Cut(byteCount: value.count, digest: digest))
            }
        }
    }

    @Test func `stamps that are not the broker's are counted until the batch is used again`() {
        var batch = RecordBatch()
        batch.noteForeignStamp()
        batch.noteForeignStamp()
        #expect(batch.foreignStampCount == 2)
        batch.removeAll()
        #expect(batch.foreignStampCount == 0)
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

extension RawSpan {
    fileprivate var copied: [UInt8] { unsafe withUnsafeBytes { unsafe Array($0) } }
}
