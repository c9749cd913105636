import Log

/// A record as it lies in a simulated partition.
public struct SimulatedRecord: Equatable, Sendable {
    public struct Header: Equatable, Sendable {
        public var name: String
        public var value: String

        public init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    public var partition: Int32
    public var offset: Int64
    /// Append time, ms since the epoch.
    public var timestamp: Int64
    /// nil is null, which differs from empty.
    public var key: [UInt8]?
    public var value: [UInt8]?
    public var headers: [Header] = []

    func copy(into batch: inout RecordBatch) {
        let (keyBytes, valueBytes) = (key ?? [], value ?? [])
        switch (key != nil, value != nil) {
        case (true, true): unsafe copy(&batch, keyBytes.span.bytes, valueBytes.span.bytes)
        case (true, false): unsafe copy(&batch, keyBytes.span.bytes, nil)
        case (false, true): unsafe copy(&batch, nil, valueBytes.span.bytes)
        case (false, false): copy(&batch, nil, nil)
        }
    }

    private func copy(_ batch: inout RecordBatch, _ key: RawSpan?, _ value: RawSpan?) {
        batch.append(partition: partition, offset: offset, timestamp: timestamp, key: key, value: value)
    }
}

extension RawSpan {
    var copied: [UInt8] { unsafe withUnsafeBytes { unsafe Array($0) } }
}
