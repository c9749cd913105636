import Log
import Scoring

extension PartitionFold {
    /// Asks memory for what the records after the one at `index` will read; all are of this fold's partition.
    func expect(after index: Int, of batch: borrowing RecordBatch) {
        for ahead in batch.ahead(of: index, by: Self.lookahead) { expect(value: batch.value(ahead)) }
    }
}

extension Aggregator {
    /// The same for the folds of several partitions.
    func expect(after index: Int, of batch: borrowing RecordBatch) {
        for ahead in batch.ahead(of: index, by: PartitionFold.lookahead) {
            partitions[ahead.partition]?.fold.expect(value: batch.value(ahead))
        }
    }
}
