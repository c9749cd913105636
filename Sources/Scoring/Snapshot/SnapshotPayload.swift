import Checksums
import Events

/// The state of a fold as bytes: what a snapshot holds, and what the state digest is taken over.
///
/// Written in the order of keys and of arrival, so two folds of one log give the same bytes. Layout, little endian
/// (schemas/snapshot.md has the same, with the parts of a person):
///
/// ```
/// u8 version 7 · 3 × u8 0 · i32 partition · i64 next offset · 68 bytes properties
/// u8 secret known · u64 fingerprint · u8 models of the beginning, each: hash u64 high, u64 low
/// generations of models (see GenerationsLayout) · u64 sequence · chain u64 high, u64 low
/// ticks: u8 clock stands, i64 clock, i64 first clock, per raw consents partition: u8 ticked, i64 time
/// clock guard: u8 steady known, i64 steady, u8 in doubt, i64 claimed, i32 partition, i32 confirmations
/// sources: per raw topic and partition, then control: i64 offset, i64 stamp
/// outcomes: u64 per class in the order of Outcomes.Class, u64 repeats
/// u8 currencies, each u16 · u32 persons, then each · u32 waiting, then each · marks (see ConsentMarks)
/// ```
/// What follows from the rest is not in it: calendar, due moments, index, count of those who wait.
extension PartitionFold {
    public static let payloadVersion: UInt8 = 7

    /// Complexity: O(state), and O(n log n) in persons.
    public func encodeState(into bytes: inout [UInt8]) { state.encode(into: &bytes) }

    /// XXH3-128 of the state's bytes.
    public var stateDigest: Digest128 {
        var bytes: [UInt8] = []
        encodeState(into: &bytes)
        return unsafe xxh3Digest(bytes.span.bytes)
    }

    /// A fold that goes on where the state was taken.
    public convenience init(state: RawSpan, partition: Int32, scorecard: Scorecard) throws {
        try self.init(state: state, partition: partition, models: Models(scorecard))
    }

    /// A fold that goes on where the state was taken, with the models of its timeline's beginning, in their order; those
    /// that were in force then are in the state, if they are others.
    public convenience init(
        state: RawSpan, partition: Int32, models: Models, loader: @escaping ModelLoader = PartitionFold.noLoader
    ) throws {
        self.init(partition: partition, models: models, loader: loader)
        try self.state.restore(from: state)
    }
}

extension FoldState {
    func encode(into bytes: inout [UInt8]) {
        encodeHead(into: &bytes)
        for slot in people.slotsByKey { people[slot].encode(into: &bytes, generations) }
        let waits = waiting.all
        bytes.append(littleEndian: UInt32(waits.count))
        for wait in waits { wait.encode(into: &bytes) }
        marks.encode(into: &bytes, clock: clock)
    }

    /// All up to and with the number of persons.
    func encodeHead(into bytes: inout [UInt8]) {
        guard let properties else { preconditionFailure("a fold that has read nothing has no state") }
        bytes.append(contentsOf: [PartitionFold.payloadVersion, 0, 0, 0])
        bytes.append(littleEndian: partition)
        bytes.append(littleEndian: nextOffset)
        properties.encode(into: &bytes)
        bytes.append(secretFingerprint == nil ? 0 : 1)
        bytes.append(littleEndian: secretFingerprint ?? 0)
        let hashes = beginning.hashes
        bytes.append(UInt8(hashes.count))
        for hash in hashes { bytes.append(digest: hash) }
        generations.encode(into: &bytes)
        bytes.append(littleEndian: sequence)
        bytes.append(digest: chain)
        ticks.encode(into: &bytes)
        clockGuard.encode(into: &bytes)
        sources.encode(into: &bytes)
        outcomes.encode(into: &bytes)
        currencies.encode(into: &bytes)
        bytes.append(littleEndian: UInt32(people.count))
    }

    mutating func restore(from state: RawSpan) throws {
        var cursor = ByteCursor(state)
        let version = try cursor.take(UInt8.self)
        guard version == PartitionFold.payloadVersion else { throw SnapshotPayloadError.version(version) }
        for _ in 0..<3 { guard try cursor.take(UInt8.self) == 0 else { throw SnapshotPayloadError.layout } }
        guard try cursor.take(Int32.self) == partition else { throw SnapshotPayloadError.otherPartition }
        nextOffset = try cursor.takeOffset()
        let properties = try TimelineProperties(decoding: &cursor)
        self.properties = properties
        let secretKnown = try cursor.takeFlag()
        let fingerprint = try cursor.take(UInt64.self)
        secretFingerprint = secretKnown ? fingerprint : nil
        var hashes: [Digest128] = []
        for _ in 0..<(try cursor.take(UInt8.self)) { hashes.append(try cursor.takeDigest()) }
        guard hashes == beginning.hashes else { throw SnapshotPayloadError.otherModel(hashes) }
        let (number, changes) = try Generations.changes(decoding: &cursor)
        sequence = try cursor.takeCount()
        chain = try cursor.takeDigest()
        ticks = try TickTimes(decoding: &cursor, partitions: Int(properties.consentPartitions))
        clockGuard = try ClockGuard(decoding: &cursor, step: properties.clockStepMilliseconds)
        sources = try SourcePositions(decoding: &cursor, partitions: properties.rawPartitions)
        outcomes = try Outcomes(decoding: &cursor)
        currencies = try Currencies(decoding: &cursor, of: beginning)
        try restoreModels(number, changes)
        try restorePeople(from: &cursor)
        for _ in 0..<(try cursor.take(UInt32.self)) { waiting.append(try WaitingEvent(decoding: &cursor)) }
        marks = try ConsentMarks(decoding: &cursor, clock: clock)
        try cursor.finish()
    }

    private mutating func restorePeople(from cursor: inout ByteCursor) throws {
        let count = Int(try cursor.take(UInt32.self))
        people.reserve(min(count, cursor.remaining / Person.encodedBytesMin))
        for _ in 0..<count {
            var ahead = cursor
            people.prefetchPlace(of: PersonKey(high: try ahead.take(), low: try ahead.take()))
            guard let slot = people.insert(try Person(decoding: &cursor, generations)) else {
                throw SnapshotPayloadError.layout
            }
            compiled = generations.compiled(people[slot].ledger.generation)
            evaluate(slot)
            schedule(slot)
        }
        compiled = generations.inForce.compiled
        lineUp()
    }
}

public enum SnapshotPayloadError: Error, Equatable {
    case version(UInt8)
    case otherPartition
    case otherTimeline
    /// Of a timeline that began with another set of models, or in another order, with these hashes.
    case otherModel([Digest128])
    case layout
}

extension TickTimes {
    fileprivate func encode(into bytes: inout [UInt8]) {
        bytes.append(clock == nil ? 0 : 1)
        bytes.append(littleEndian: clock ?? 0)
        bytes.append(littleEndian: firstClock ?? 0)
        for time in times {
            bytes.append(time == nil ? 0 : 1)
            bytes.append(littleEndian: time ?? 0)
        }
    }

    fileprivate init(decoding cursor: inout ByteCursor, partitions: Int) throws {
        let stands = try cursor.takeFlag()
        let clock = try cursor.takeTime()
        let firstClock = try cursor.takeTime()
        var times: [Int64?] = []
        for _ in 0..<partitions {
            let ticked = try cursor.takeFlag()
            let time = try cursor.takeTime()
            times.append(ticked ? time : nil)
        }
        let known = times.compactMap(\.self)
        guard (known.count == times.count ? known.min() : nil) == (stands ? clock : nil) else {
            throw SnapshotPayloadError.layout
        }
        self.init(times: times, clock: stands ? clock : nil, firstClock: stands ? firstClock : nil)
    }
}

extension ClockGuard {
    fileprivate func encode(into bytes: inout [UInt8]) {
        bytes.append(steady == nil ? 0 : 1)
        bytes.append(littleEndian: steady ?? 0)
        bytes.append(doubt == nil ? 0 : 1)
        bytes.append(littleEndian: doubt?.claimed ?? 0)
        bytes.append(littleEndian: doubt?.partition ?? 0)
        bytes.append(littleEndian: doubt?.confirmations ?? 0)
    }

    fileprivate init(decoding cursor: inout ByteCursor, step: Int64?) throws {
        let isSteadyKnown = try cursor.takeFlag()
        let steady = try cursor.takeTime()
        let isInDoubt = try cursor.takeFlag()
        let doubt = Doubt(
            claimed: try cursor.takeTime(), partition: try cursor.takeWithin(0...1023),
            confirmations: try cursor.takeWithin(0...Self.confirmationsMin - 1))
        self.init(step: step, steady: isSteadyKnown ? steady : nil, doubt: isInDoubt ? doubt : nil)
    }
}

extension SourcePositions {
    fileprivate func encode(into bytes: inout [UInt8]) {
        for position in positions.joined() {
            bytes.append(littleEndian: position.offset)
            bytes.append(littleEndian: position.appendedAt)
        }
    }

    fileprivate init(decoding cursor: inout ByteCursor, partitions: [Int32]) throws {
        var positions: [[Position]] = []
        for count in partitions + [1] {
            var row: [Position] = []
            for _ in 0..<count { row.append(try Position(decoding: &cursor)) }
            positions.append(row)
        }
        self.init(positions: positions)
    }
}

extension SourcePositions.Position {
    /// Nothing was folded, or an offset and a stamp that a broker can give.
    fileprivate init(decoding cursor: inout ByteCursor) throws {
        offset = try cursor.takeOffset(orNone: true)
        appendedAt = try cursor.take()
        let isNone = offset == -1 && appendedAt == Self().appendedAt
        guard isNone || (offset >= 0 && Timestamp.allowed.contains(appendedAt)) else {
            throw SnapshotPayloadError.layout
        }
    }
}

extension Outcomes {
    fileprivate func encode(into bytes: inout [UInt8]) {
        for outcome in Class.allCases { bytes.append(littleEndian: self[outcome]) }
        bytes.append(littleEndian: repeats)
    }

    fileprivate init(decoding cursor: inout ByteCursor) throws {
        self.init()
        for outcome in Class.allCases { self[outcome] = try cursor.takeCount() }
        repeats = try cursor.takeCount()
    }
}

extension Currencies {
    fileprivate func encode(into bytes: inout [UInt8]) {
        bytes.append(UInt8(codes.count - modelsCount))
        for code in codes.dropFirst(modelsCount) { bytes.append(littleEndian: code) }
    }

    fileprivate init(decoding cursor: inout ByteCursor, of models: Models) throws {
        self.init(of: models)
        for _ in 0..<(try cursor.take(UInt8.self)) {
            guard let currency = Currency(code: try cursor.take()), place(ofNewModels: currency) != nil else {
                throw SnapshotPayloadError.layout
            }
        }
    }
}

extension [UInt8] {
    fileprivate mutating func append(digest: Digest128) {
        append(littleEndian: digest.high)
        append(littleEndian: digest.low)
    }
}

extension ByteCursor {
    @_lifetime(self: copy self)
    fileprivate mutating func takeDigest() throws -> Digest128 {
        Digest128(high: try take(), low: try take())
    }
}
