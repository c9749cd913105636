import AllocationCounter
import Events
import Scoring

/// The measurements at one number of events a person and month, from an empty fold on.
struct RateBench {
    let rate: Int
    let content: Workload.Content
    let scorecard: Scorecard
    let options: Options

    private static let horizonDays = 800
    private static let hour: Int64 = 3_600_000

    func run() throws -> Column {
        let persons = options.persons ?? max(1000, options.historyEvents * 30 / (rate * options.historyDays))
        var column = Column(rate: rate, persons: persons)
        column.plain = PlainBench(persons: persons, rate: rate, options: options).run()

        var workload = Workload(persons: persons, rate: rate, content: content)
        let bench = FoldBench(PartitionFold(partition: 0, scorecard: scorecard))
        try grow(bench, &workload, &column)
        try measureEvents(bench, &workload, &column)
        try measureDays(bench, &workload, &column)
        try SnapshotBench(bench: bench, scorecard: scorecard).run(&workload, &column)
        return column
    }

    /// Grants, then the history; what they cost in memory.
    private func grow(_ bench: FoldBench, _ workload: inout Workload, _ column: inout Column) throws {
        var batch = Batch()
        var throwaway = workload
        // The buffers grow now, not while memory is measured.
        for _ in 0..<FoldBench.batchRecords { try throwaway.appendEvent(to: &batch) }
        batch.removeAll()
        workload.appendProperties(to: &batch)
        workload.appendTick(to: &batch)
        try bench.foldAndClear(&batch)

        let start = residentBytes()
        for renewal in 0..<3 {
            for index in 0..<workload.persons {
                if index % FoldBench.batchRecords == 0 { try bench.foldAndClear(&batch) }
                try workload.appendGrant(of: index, renewal: renewal, to: &batch)
            }
            try bench.foldAndClear(&batch)
            if renewal == 0 {
                column.bytesPerPerson = Double(residentBytes() - start) / Double(workload.persons)
            }
        }
        let granted = residentBytes()
        let end = workload.now + Int64(options.historyDays) * Workload.dayMilliseconds
        while workload.now < end {
            try fill(&batch, &workload, until: workload.now + 6 * Self.hour)
            try bench.foldAndClear(&batch)
            workload.appendTick(to: &batch)
        }
        try bench.foldAndClear(&batch)
        column.events = workload.events(inLast: Self.horizonDays)
        column.bytesPerEvent = Double(residentBytes() - granted) / Double(column.events)
        column.grownBytes = Double(residentBytes() - start)
        let use = bench.fold.personMemory
        column.liveShare = Double(use.liveBytes) / Double(use.heldBytes)
        precondition(bench.fold.personCount == workload.persons, "no grant has ended")
    }

    private func measureEvents(_ bench: FoldBench, _ workload: inout Workload, _ column: inout Column) throws {
        var batch = Batch()
        for round in 0..<options.rounds {
            var seconds = 0.0
            var events = 0
            var rollSeconds = 0.0
            let rolledBefore = bench.fold.rolled
            let resultsBefore = bench.results
            var allocations: UInt64 = 0
            while events < options.eventsPerRound {
                batch.removeAll()
                try fill(&batch, &workload, until: workload.now + Self.hour)
                if round == 0 { allocation_count_begin() }
                seconds += try bench.fold(batch)
                if round == 0 { allocations += allocation_count_end() }
                events += batch.count
                batch.removeAll()
                workload.appendTick(to: &batch)
                rollSeconds += try bench.fold(batch)
            }
            column.nanosecondsPerEvent.append(seconds * 1e9 / Double(events))
            let rolled = bench.fold.rolled - rolledBefore
            if rolled > 0 { column.nanosecondsPerRoll.append(rollSeconds * 1e9 / Double(rolled)) }
            if round == 0 { column.allocationsPerEvent = Double(allocations) / Double(events) }
            if round == 0 { column.resultsPerEvent = Double(bench.results - resultsBefore) / Double(events) }
        }
    }

    /// Days without events: one tick each.
    private func measureDays(_ bench: FoldBench, _ workload: inout Workload, _ column: inout Column) throws {
        var batch = Batch()
        for _ in 0..<5 {
            workload.pass(milliseconds: Workload.dayMilliseconds)
            batch.removeAll()
            workload.appendTick(to: &batch)
            let rolledBefore = bench.fold.rolled
            let seconds = try bench.fold(batch)
            column.millisecondsPerDayOfMillion.append(seconds * 1e3 * 1e6 / Double(workload.persons))
            column.rolledPerDay = Double(bench.fold.rolled - rolledBefore) / Double(workload.persons)
        }
    }

    /// Events up to `end`, at most a batch.
    private func fill(_ batch: inout Batch, _ workload: inout Workload, until end: Int64) throws {
        while workload.now < end, batch.count < FoldBench.batchRecords { try workload.appendEvent(to: &batch) }
    }
}

/// A fold with its output, fed from batches.
final class FoldBench {
    var fold: PartitionFold
    private var output = FoldOutput()
    private(set) var results = 0

    static let batchRecords = 20_000

    init(_ fold: PartitionFold) { self.fold = fold }

    /// Folds all records; returns the CPU seconds that took.
    func fold(_ batch: Batch) throws -> Double {
        let fold = fold
        let start = cpuSeconds()
        var expected = 0
        for index in 0..<batch.count {
            while expected < min(index + PartitionFold.lookahead, batch.count) {
                fold.expect(value: batch.value(expected))
                expected += 1
            }
            try fold.fold(offset: fold.nextOffset, key: batch.key(index), value: batch.value(index), into: &output)
            if output.ends.count >= 100 { empty() }
        }
        empty()
        return cpuSeconds() - start
    }

    func foldAndClear(_ batch: inout Batch) throws {
        _ = try fold(batch)
        batch.removeAll()
    }

    private func empty() {
        results += output.ends.count
        output.removeAll()
    }
}
