import Log
import Scoring

extension PartitionFold {
    /// Asks memory for what the records after the one at `index` will read; `run` is of this fold's partition.
    func expect(after index: Int, in run: Range<Int>, of batch: borrowing RecordBatch) {
        for ahead in batch.ahead(of: index, by: Self.lookahead, in: run) { expect(value: batch.value(ahead)) }
    }
}
