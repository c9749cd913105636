/// Records on their way to one topic, in one block of bytes until a writer takes them all at once, which costs the client less
/// than one by one.
///
/// Reused: `removeAll()` keeps its memory, so the steady state allocates nothing.
public struct OutgoingRecords: Sendable {
    public struct Entry: Sendable {
        public let partition: Int32
        /// In `bytes`, where the entry before it ends.
        public let start: Int
        public let keyEnd: Int
        public let valueEnd: Int
    }

    public private(set) var entries: [Entry] = []
    private var storage: [UInt8] = []

    public init() {}

    public var isEmpty: Bool { entries.isEmpty }
    public var count: Int { entries.count }
    public var byteCount: Int { storage.count }

    /// Keys and values, one after the other.
    public var bytes: RawSpan {
        @_lifetime(borrow self) get { unsafe storage.span.bytes }
    }

    public mutating func removeAll() {
        entries.removeAll(keepingCapacity: true)
        storage.removeAll(keepingCapacity: true)
    }

    /// Adds a record whose value `write` puts at the end of what it is given.
    public mutating func append(partition: Int32, key: RawSpan, _ write: (inout [UInt8]) -> Void) {
        let start = storage.count
        unsafe key.withUnsafeBytes { unsafe storage.append(contentsOf: $0) }
        let keyEnd = storage.count
        write(&storage)
        entries.append(Entry(partition: partition, start: start, keyEnd: keyEnd, valueEnd: storage.count))
    }

    @_lifetime(borrow self)
    public func key(_ entry: Entry) -> RawSpan { bytes.extracting(entry.start..<entry.keyEnd) }

    @_lifetime(borrow self)
    public func value(_ entry: Entry) -> RawSpan { bytes.extracting(entry.keyEnd..<entry.valueEnd) }
}
