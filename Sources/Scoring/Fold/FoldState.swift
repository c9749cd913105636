import Checksums
import Events

/// What a fold has of one partition, and the working memory that it reuses.
struct FoldState: ~Copyable {
    let partition: Int32
    let models: Models

    var nextOffset: Int64 = 0
    var properties: TimelineProperties?
    var secretFingerprint: UInt64?
    var sequence: UInt64 = 0
    var chain = Digest128.zero
    var outcomes = Outcomes()
    var ticks = TickTimes()
    var sources = SourcePositions()
    var people = PersonTable()
    var calendar = Calendar()
    var waiting = WaitingRoom()
    var currencies: Currencies
    /// A snapshot that is being written, in slices.
    var cut: StateCut?

    // Working memory, kept so that the steady state allocates nothing; not state.
    let compiled: CompiledModels
    var evaluation = Evaluation()
    var scratchTotals = Totals()
    var scratch: [UInt8] = []
    var timelineOffset: Int64 = 0
    var rolled = 0

    init(partition: Int32, models: Models) {
        self.partition = partition
        self.models = models
        currencies = Currencies(of: models)
        compiled = CompiledModels(models)
    }

    var clock: Int64? { ticks.clock }

    /// Folds the record at `offset`; results and refusals are added to `output`. After an error the fold is unusable.
    mutating func fold(offset: Int64, key: RawSpan, value: RawSpan, into output: inout FoldOutput) throws(FoldError) {
        guard offset == nextOffset else { throw .gap(expected: nextOffset, got: offset) }
        let record = try Self.decode(offset: offset, key: key, value: value, partition: partition)
        timelineOffset = offset
        nextOffset = offset + 1
        guard let properties = try checked(record, offset: offset) else { return }
        guard try sources.advance(to: record.source, appendedAt: record.appendedAt) else {
            outcomes.repeats += 1
            return
        }
        switch record.content {
        case .properties:
            outcomes[.control] += 1
        case .tick(let time, _, _):
            outcomes[.clock] += 1
            ticks.advance(partition: record.source.partition, to: time)
            endWaits()
            // A timeline made for history has few ticks, far apart: each rolls everyone due before the next record.
            roll(atMost: properties.mode == .history ? .max : Int(properties.rollsPerTick), into: &output)
        case .event(let person, let event):
            let bytes = value.extracting(TimelineRecord.eventStart...)
            handle(
                event, contentHash: event.contentHash(encoded: bytes), of: person, from: record.source, into: &output)
            roll(atMost: Int(properties.rollsPerRecord), into: &output)
        }
    }

    private static func decode(offset: Int64, key: RawSpan, value: RawSpan, partition: Int32) throws(FoldError)
        -> TimelineRecord
    {
        do {
            return try TimelineRecord(key: key, value: value, partition: partition)
        } catch let error as TimelineError {
            throw .record(offset: offset, error)
        } catch let error as RuleViolation {
            throw .record(offset: offset, .layout(error.field))
        } catch {
            throw .record(offset: offset, .layout("record"))
        }
    }

    /// Holds the record against what the timeline says it is. nil: the first record, which says it, has been taken.
    private mutating func checked(_ record: TimelineRecord, offset: Int64) throws(FoldError) -> TimelineProperties? {
        guard let properties else {
            guard offset == 0, case .properties(let first) = record.content else { throw .noProperties(offset: offset) }
            properties = first
            ticks = TickTimes(partitions: Int(first.consentPartitions))
            sources = SourcePositions(partitions: first.rawPartitions)
            _ = try sources.advance(to: record.source, appendedAt: record.appendedAt)
            outcomes[.control] += 1
            return nil
        }
        switch record.content {
        case .properties(let said):
            guard said == properties else { throw .otherTimeline(offset: offset) }
        case .tick(_, let fingerprint, let said):
            guard said == properties else { throw .otherTimeline(offset: offset) }
            guard secretFingerprint == nil || secretFingerprint == fingerprint else {
                throw .otherSecret(offset: offset)
            }
            secretFingerprint = fingerprint
        case .event: break
        }
        return properties
    }

    func day(of time: Int64, for person: PersonKey) -> Int32 {
        properties!.dayOffset.day(of: time, for: person)
    }

    /// The clock's day for this person; day 0 before the clock stands.
    func clockDay(for person: PersonKey) -> Int32 {
        clock.map { day(of: $0, for: person) } ?? 0
    }
}
