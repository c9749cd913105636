import Log
import Scoring

/// What is left of a batch that is folded in slices: runs of entries, each of one partition, in the order in which they are
/// to be folded. It keeps the batch, so that a role can go on with it after it has asked its reader for news.
struct BatchRest {
    private var runs: [Range<Int>] = []

    init() {}

    /// All of a batch. Complexity: linear in its entries.
    init(_ batch: borrowing RecordBatch) {
        var start = 0
        while start < batch.count {
            let run = batch.run(at: start)
            runs.append(run)
            start = run.upperBound
        }
    }

    var isEmpty: Bool { runs.isEmpty }
    var first: Range<Int>? { runs.first }

    mutating func removeFirst() { runs.removeFirst() }

    /// The first run has been folded up to `end`, where the slice was over: the other partitions come first now, so that
    /// slow records of one do not hold them up. Complexity: linear in the runs.
    mutating func leave(at end: Int, of batch: borrowing RecordBatch) {
        let run = runs.removeFirst()
        let partition = batch.entries[run.lowerBound].partition
        var later: [Range<Int>] = end < run.upperBound ? [end..<run.upperBound] : []
        var others: [Range<Int>] = []
        for run in runs {
            if batch.entries[run.lowerBound].partition == partition { later.append(run) } else { others.append(run) }
        }
        runs = others + later
    }
}

/// A part of a batch that is folded without a look at anything else: by records, and by the time that they take on the
/// role's clock. Where it ends decides when outputs leave, and never what they are.
struct FoldSlice {
    struct Limits: Sendable {
        var records = 5_000
        /// Long enough to cost little, and short beside the second within which a change is to be out.
        var milliseconds: Int64 = 20
    }

    /// The fold's steps are looked at after so many records, and the clock after so many looks or steps, some 0.2 ms.
    private static let recordsPerLook = 4
    private static let looksPerTime = 16
    private static let stepsPerTime = 50_000

    private let clock: () -> Int64
    private let endsAt: Int64
    private var recordsLeft: Int
    private var recordsUntilLook: Int
    private var looksUntilTime = looksPerTime
    private var stepsAtTime = 0
    private(set) var isOver = false

    init(_ limits: Limits, clock: @escaping () -> Int64) {
        self.clock = clock
        endsAt = clock() + limits.milliseconds
        recordsLeft = limits.records
        recordsUntilLook = min(Self.recordsPerLook, limits.records)
    }

    /// Another partition's fold comes, whose steps count by themselves.
    mutating func begin(_ fold: PartitionFold) { stepsAtTime = fold.steps }

    /// A record has been folded. Complexity: O(1), now and then a look at the clock.
    @inline(__always)
    mutating func count(_ fold: PartitionFold) {
        recordsLeft -= 1
        recordsUntilLook -= 1
        if recordsUntilLook <= 0 { look(fold) }
    }

    private mutating func look(_ fold: PartitionFold) {
        recordsUntilLook = min(Self.recordsPerLook, recordsLeft)
        isOver = recordsLeft <= 0
        looksUntilTime -= 1
        guard !isOver, looksUntilTime <= 0 || fold.steps - stepsAtTime > Self.stepsPerTime else { return }
        looksUntilTime = Self.looksPerTime
        stepsAtTime = fold.steps
        isOver = clock() >= endsAt
    }
}
