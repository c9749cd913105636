import Checksums
import Events

/// What a fold has of one partition, and the working memory that it reuses.
struct FoldState: ~Copyable {
    let partition: Int32
    /// The models at the timeline's beginning.
    let beginning: Models
    let loader: ModelLoader

    var nextOffset: Int64 = 0
    var properties: TimelineProperties?
    var secretFingerprint: UInt64?
    var sequence: UInt64 = 0
    var chain = Digest128.zero
    var outcomes = Outcomes()
    var ticks = TickTimes()
    var clockGuard = ClockGuard(step: nil)
    var sources = SourcePositions()
    var people = PersonTable()
    var calendar = Calendar()
    var waiting = WaitingRoom()
    var marks = ConsentMarks()
    var currencies: Currencies
    var generations: Generations
    /// A snapshot that is being written, in slices.
    var cut: StateCut?

    // Working memory, kept so that the steady state allocates nothing; not state.
    /// In force; for a moment, while a person is brought there from earlier ones, those.
    var compiled: CompiledModels { didSet { scratchSlot = nil } }
    /// Persons who are not under the models in force, and their keys in order, among others.
    var behind = 0
    var line = KeyQueue()
    /// Of all models that were in force since this was made.
    var cards: [Digest128: Scorecard] = [:]
    var evaluation = Evaluation()
    /// The totals of one person who has none of their own, while a record or a due moment is worked on.
    var scratchTotals = Totals()
    /// Whose they are; nil for nobody's, where they must be built.
    var scratchSlot: Int?
    var scratch: [UInt8] = []
    var lookahead = Lookahead()
    /// Of the record that is being folded.
    var timelineOffset: Int64 = 0
    var appendedAt: Int64 = 0
    /// Hears what becomes of each event; nil in a role.
    var outcomeListener: OutcomeListener?
    var rolled = 0
    /// See `PartitionFold.steps`.
    var steps = 0

    init(partition: Int32, models: Models, loader: @escaping ModelLoader) {
        self.partition = partition
        beginning = models
        self.loader = loader
        currencies = Currencies(of: models)
        compiled = CompiledModels(models)
        generations = Generations(Generation(models: models, compiled: compiled, change: nil))
        for card in models.all { cards[card.hash] = card }
    }

    /// In force.
    var models: Models { generations.inForce.models }

    var clock: Int64? { ticks.clock }

    /// Folds the record at `offset`; results and refusals are added to `output`. After an error the fold is unusable.
    mutating func fold(offset: Int64, key: RawSpan, value: RawSpan, into output: inout FoldOutput) throws(FoldError) {
        guard offset == nextOffset else { throw .gap(expected: nextOffset, got: offset) }
        do {
            try fold(TimelineRecord.Prefix(key: key, value: value, partition: partition), value, offset, into: &output)
        } catch let error as FoldError {
            throw error
        } catch let error as TimelineError {
            throw .record(offset: offset, error)
        } catch let error as RuleViolation {
            throw .record(offset: offset, .layout(error.field))
        } catch {
            throw .record(offset: offset, .layout("record"))
        }
    }

    private mutating func fold(
        _ record: TimelineRecord.Prefix, _ value: RawSpan, _ offset: Int64, into output: inout FoldOutput
    ) throws {
        guard let properties else { return try begin(record, value, offset) }
        // Before anything else, also of a repeat: whether it is of this timeline, and whole.
        switch record.kind {
        case .properties:
            guard try TimelineRecord.properties(in: value) == properties else {
                throw FoldError.otherTimeline(offset: offset)
            }
            guard try isNew(record, offset) else { return }
            outcomes[.control] += 1
        case .tick:
            let time = try tick(in: value, properties, offset)
            guard try isNew(record, offset) else { return }
            outcomes[.clock] += 1
            let clockStands = ticks.clock != nil
            if clockGuard.follows(time, from: record.source.partition, clockStands: clockStands) {
                ticks.advance(partition: record.source.partition, to: time)
            }
            endWaits()
            // A timeline made for history has few ticks, far apart: each rolls everyone due before the next record.
            let limit = properties.mode == .history ? .max : Int(properties.rollsPerTick)
            if behind > 0 { move(atMost: limit, into: &output) }
            roll(atMost: limit, into: &output)
        case .models:
            let activation = try TimelineRecord.models(in: value)
            guard try isNew(record, offset) else { return }
            outcomes[.control] += 1
            try switchModels(to: activation, by: record, into: &output)
            move(atMost: Int(properties.rollsPerRecord), into: &output)
            roll(atMost: Int(properties.rollsPerRecord), into: &output)
        case .clock:
            let accepted = try TimelineRecord.acceptedClock(in: value)
            guard try isNew(record, offset) else { return }
            outcomes[.control] += 1
            clockGuard.accept(accepted)
        case .event(let type):
            guard try fold(type, record, value, offset, into: &output) else { return }
            if behind > 0 { move(atMost: Int(properties.rollsPerRecord), into: &output) }
            roll(atMost: Int(properties.rollsPerRecord), into: &output)
        }
    }

    /// False for a repeat. Apart from the other kinds, so that the event, which is large, is not copied.
    @inline(never)
    private mutating func fold(
        _ type: EventType, _ record: TimelineRecord.Prefix, _ value: RawSpan, _ offset: Int64,
        into output: inout FoldOutput
    ) throws -> Bool {
        guard type != .erasure, type != .dispute else {
            throw TimelineError.layout("a \(type.name), which no consumer carries")
        }
        let person = try TimelineRecord.person(in: value)
        let event = try TimelineRecord.event(type, in: value)
        guard try isNew(record, offset) else { return false }
        let bytes = value.extracting(TimelineRecord.eventStart...)
        handle(event, contentHash: event.contentHash(encoded: bytes), of: person, from: record.source, into: &output)
        return true
    }

    /// Takes the record's place in; false for a repeat, which is counted and dropped.
    private mutating func isNew(_ record: TimelineRecord.Prefix, _ offset: Int64) throws(FoldError) -> Bool {
        timelineOffset = offset
        nextOffset = offset + 1
        appendedAt = record.appendedAt
        steps += 1
        let isNew = try sources.advance(to: record.source, appendedAt: record.appendedAt)
        if isNew { clockGuard.pass(appendedAt) } else { outcomes.repeats += 1 }
        return isNew
    }

    /// The first record says what the timeline is.
    private mutating func begin(_ record: TimelineRecord.Prefix, _ value: RawSpan, _ offset: Int64) throws {
        guard offset == 0, record.kind == .properties else { throw FoldError.noProperties(offset: offset) }
        let said = try TimelineRecord.properties(in: value)
        properties = said
        ticks = TickTimes(partitions: Int(said.consentPartitions))
        sources = SourcePositions(partitions: said.rawPartitions)
        // The first record was stamped when the topics were made, which may be long before anything else comes.
        defer { clockGuard = ClockGuard(step: said.clockStepMilliseconds) }
        if try isNew(record, offset) { outcomes[.control] += 1 }
    }

    /// The time of a tick of this timeline and secret.
    private mutating func tick(in value: RawSpan, _ properties: TimelineProperties, _ offset: Int64) throws -> Int64 {
        let (time, fingerprint, said) = try TimelineRecord.tick(in: value)
        guard said == properties else { throw FoldError.otherTimeline(offset: offset) }
        guard secretFingerprint == nil || secretFingerprint == fingerprint else {
            throw FoldError.otherSecret(offset: offset)
        }
        secretFingerprint = fingerprint
        return time
    }

    func day(of time: Int64, for person: PersonKey) -> Int32 {
        properties!.dayOffset.day(of: time, for: person)
    }

    /// The clock's day for this person; day 0 before the clock stands.
    func clockDay(for person: PersonKey) -> Int32 {
        clock.map { day(of: $0, for: person) } ?? 0
    }
}
