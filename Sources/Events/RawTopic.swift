/// The topics that producers and operators write to. The number is part of the timeline's layout.
public enum RawTopic: UInt8, CaseIterable, Sendable {
    case payments = 0
    case bills = 1
    case accounts = 2
    case rentals = 3
    case consents = 4
    /// One partition, operators only: the timeline's properties, its secret's fingerprint, model activations.
    case control = 5

    public var name: String {
        switch self {
        case .payments: "payments"
        case .bills: "bills"
        case .accounts: "accounts"
        case .rentals: "rentals"
        case .consents: "consents"
        case .control: "control"
        }
    }

    /// The five that carry events, each with a consumer of its own.
    public static let events: [RawTopic] = [.payments, .bills, .accounts, .rentals, .consents]
}

/// Where a raw record stands. The coordinates are what exactly once rests on: whatever is sent twice carries the same.
public struct Coordinates: Equatable, Hashable, Sendable {
    public var topic: RawTopic
    public var partition: Int32
    public var offset: Int64

    /// Offsets that can be counted on from: no log comes near the end of 64 bits.
    public static let offsets: ClosedRange<Int64> = 0...1 << 62

    public init(topic: RawTopic, partition: Int32, offset: Int64) {
        self.topic = topic
        self.partition = partition
        self.offset = offset
    }
}

extension Coordinates: CustomStringConvertible {
    /// `topic-partition@offset`.
    public var description: String { "\(topic.name)-\(partition)@\(offset)" }
}
