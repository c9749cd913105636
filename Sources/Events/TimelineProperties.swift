/// What a timeline is: fixed when its topics are made, said in the first record of each partition and in every tick.
/// Each role refuses a mismatch (invariant 7).
public struct TimelineProperties: Equatable, Sendable {
    public enum Mode: UInt8, Sendable {
        case live = 0
        case history = 1
    }

    /// Random, made with the topics: tells this timeline from another under the same name.
    public var identity: UInt64
    public var mode: Mode
    public var dayOffset: DayOffset
    /// Timeline partitions, and so those of scores and score-changes; 1 … 1,024.
    public var partitions: Int32
    /// Partitions of each raw event topic, in the order of `RawTopic.events`.
    public var rawPartitions: [Int32] {
        get { RawTopic.events.indices.map { counts[$0] } }
        set { counts = Self.counts(newValue) }
    }
    /// The same without a heap: a tick carries them.
    private var counts: SIMD8<Int32>
    /// K: due persons rolled at most with each record, and with each tick, of a live timeline (invariant 4).
    public var rollsPerRecord: Int32
    public var rollsPerTick: Int32
    /// Days on the clock after which an event can move no score.
    public var horizonDays: Int32
    /// How long an event without a grant waits for one, ms on the clock.
    public var waitMilliseconds: Int64
    /// Events that wait at most, per partition; past it the oldest go, counted apart.
    public var waitingMax: Int32
    /// Bit p set: purpose p has an output topic.
    public var purposes: UInt32
    /// How far a tick of a live timeline may be ahead of all stamps before it, in seconds; 0 for timelines that were made
    /// before there was a bound. See `clockStepMilliseconds`.
    public var clockStepSeconds: UInt32

    public static let formatVersion: UInt8 = 1
    static let byteCount = 68
    private static let horizonDaysMax: Int32 = 10_000

    public init(
        identity: UInt64, mode: Mode, dayOffset: DayOffset, partitions: Int32, rawPartitions: [Int32],
        rollsPerRecord: Int32 = 16, rollsPerTick: Int32 = 4096, horizonDays: Int32 = 800,
        waitMilliseconds: Int64 = 60_000, waitingMax: Int32 = 1_000_000,
        purposes: UInt32 = Purpose.allCases.reduce(0) { $0 | 1 << $1.rawValue }, clockStepSeconds: UInt32 = 1_800
    ) {
        self.init(
            identity: identity, mode: mode, dayOffset: dayOffset, partitions: partitions,
            counts: Self.counts(rawPartitions), rollsPerRecord: rollsPerRecord, rollsPerTick: rollsPerTick,
            horizonDays: horizonDays, waitMilliseconds: waitMilliseconds, waitingMax: waitingMax, purposes: purposes,
            clockStepSeconds: clockStepSeconds)
    }

    private static func counts(_ rawPartitions: [Int32]) -> SIMD8<Int32> {
        precondition(rawPartitions.count == RawTopic.events.count)
        var counts = SIMD8<Int32>()
        for index in rawPartitions.indices { counts[index] = rawPartitions[index] }
        return counts
    }

    private init(
        identity: UInt64, mode: Mode, dayOffset: DayOffset, partitions: Int32, counts: SIMD8<Int32>,
        rollsPerRecord: Int32, rollsPerTick: Int32, horizonDays: Int32, waitMilliseconds: Int64, waitingMax: Int32,
        purposes: UInt32, clockStepSeconds: UInt32
    ) {
        precondition(partitions >= 1)
        self.identity = identity
        self.mode = mode
        self.dayOffset = dayOffset
        self.partitions = partitions
        self.counts = counts
        self.rollsPerRecord = rollsPerRecord
        self.rollsPerTick = rollsPerTick
        self.horizonDays = horizonDays
        self.waitMilliseconds = waitMilliseconds
        self.waitingMax = waitingMax
        self.purposes = purposes
        self.clockStepSeconds = clockStepSeconds
    }

    /// How far a tick may be ahead of all stamps before it and is still followed, ms; nil where each is, as in a timeline for
    /// history, whose clock is told.
    public var clockStepMilliseconds: Int64? {
        mode == .live && clockStepSeconds > 0 ? Int64(clockStepSeconds) * 1000 : nil
    }

    /// Partitions of raw consents: as many clocks as must agree before time moves.
    public var consentPartitions: Int32 { counts[RawTopic.events.count - 1] }
}

// Layout, little endian, 68 bytes (schemas/timeline.md):
//  0 u8  format version     1 u8  mode          2 u8 day offset   3 u8 0
//  4 u64 identity          12 i32 partitions   16 5 × i32 raw partitions
// 36 i32 rolls per record  40 i32 rolls per tick  44 i32 horizon days
// 48 i64 wait ms           56 i32 waiting max  60 u32 purposes   64 u32 clock step s
extension TimelineProperties {
    public func encode(into bytes: inout [UInt8]) {
        let start = bytes.count
        bytes.append(contentsOf: [Self.formatVersion, mode.rawValue, dayOffset.rawValue, 0])
        bytes.append(littleEndian: identity)
        bytes.append(littleEndian: partitions)
        for index in RawTopic.events.indices { bytes.append(littleEndian: counts[index]) }
        bytes.append(littleEndian: rollsPerRecord)
        bytes.append(littleEndian: rollsPerTick)
        bytes.append(littleEndian: horizonDays)
        bytes.append(littleEndian: waitMilliseconds)
        bytes.append(littleEndian: waitingMax)
        bytes.append(littleEndian: purposes)
        bytes.append(littleEndian: clockStepSeconds)
        assert(bytes.count - start == Self.byteCount)
    }

    public init(decoding cursor: inout ByteCursor) throws {
        let version = try cursor.take(UInt8.self)
        guard version == Self.formatVersion else { throw TimelineError.format(version) }
        guard let mode = Mode(rawValue: try cursor.take()), let dayOffset = DayOffset(rawValue: try cursor.take()),
            try cursor.take(UInt8.self) == 0
        else { throw TimelineError.layout("properties") }
        let identity = try cursor.take(UInt64.self)
        let partitions = try cursor.take(Int32.self)
        var counts = SIMD8<Int32>()
        for index in RawTopic.events.indices { counts[index] = try cursor.take() }
        self.init(
            identity: identity, mode: mode, dayOffset: dayOffset, partitions: max(1, partitions),
            counts: counts, rollsPerRecord: try cursor.take(), rollsPerTick: try cursor.take(),
            horizonDays: try cursor.take(), waitMilliseconds: try cursor.take(), waitingMax: try cursor.take(),
            purposes: try cursor.take(), clockStepSeconds: try cursor.take())
        guard self.partitions == partitions, partitions <= 1024,
            RawTopic.events.indices.allSatisfy({ (1...1024).contains(counts[$0]) }),
            (1...Self.horizonDaysMax).contains(horizonDays),
            (0...Timestamp.dayMilliseconds).contains(waitMilliseconds),
            rollsPerRecord > 0, rollsPerTick > 0, waitingMax > 0
        else { throw TimelineError.layout("properties") }
    }
}
