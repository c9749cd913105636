import Events

/// Where a log does not hold what it must: the coordinates, and both records in words.
public struct RecordDifference: Equatable, Sendable {
    public enum Kind: String, Sendable {
        /// It is there with other bytes.
        case altered
        /// It is not there.
        case missing
        /// It is there, and nothing makes it.
        case extra
        /// It is there more than once where once is all that may be.
        case repeated
        /// It is there, but after what must come after it.
        case outOfOrder
        /// Its bytes are no record: checksum, format, layout.
        case damaged
        /// A committed offset says another position than the records give.
        case position
    }

    public let kind: Kind
    public let topic: String
    public let partition: Int32
    /// nil where nothing is there.
    public let offset: Int64?
    /// Number of the result, where there is one.
    public internal(set) var sequence: UInt64?
    /// The raw record that it is about, where there is one.
    public internal(set) var source: Coordinates?
    /// One sentence.
    public internal(set) var what: String
    /// What the topic holds, decoded; nil where it holds nothing or it cannot be read.
    public internal(set) var found: String?
    /// What it must hold, decoded; nil where that is nothing.
    public internal(set) var expected: String?
    /// nil where the two are not compared byte by byte.
    public internal(set) var byte: DifferingByte?

    init(
        _ kind: Kind, _ topic: String, _ partition: Int32, _ offset: Int64?, sequence: UInt64? = nil,
        source: Coordinates? = nil, _ what: String, found: String? = nil, expected: String? = nil
    ) {
        self.kind = kind
        self.topic = topic
        self.partition = partition
        self.offset = offset
        self.sequence = sequence
        self.source = source
        self.what = what
        self.found = found
        self.expected = expected
    }

    /// `topic-partition@offset`, or `topic-partition` where nothing is there.
    public var place: String { "\(topic)-\(partition)" + (offset.map { "@\($0)" } ?? "") }
}

/// Differences as they are found: all are counted, the first ones kept.
struct RecordDifferences {
    /// Kept with both records.
    static let keptMax = 100

    private(set) var kept: [RecordDifference] = []
    private(set) var count = 0

    /// Whether one more would be kept: else nothing needs to be decoded for it.
    var hasRoom: Bool { kept.count < Self.keptMax }

    mutating func add(_ difference: RecordDifference) {
        count += 1
        if hasRoom { kept.append(difference) }
    }

    mutating func add(_ others: RecordDifferences) {
        for difference in others.kept { if hasRoom { kept.append(difference) } }
        count += others.count
    }

    mutating func update(_ index: Int, _ change: (inout RecordDifference) -> Void) { change(&kept[index]) }
}

/// The operator has asked the work to stop.
public struct Interrupted: Error {
    public init() {}
}
