import Events

// The generations of models in a snapshot (schemas/snapshot.md), little endian, those in force last:
//
// u8 number of those in force · u8 how many, each: u8 1 where a record of the log brought them, and then
//   u32 bytes, ModelActivation · i64 offset in control · i64 append stamp · u8 the clock stood · i64 clock
//
// One that no record brought are the timeline's first models, which whoever reads the snapshot has.
extension Generations {
    func encode(into bytes: inout [UInt8]) {
        bytes.append(number)
        bytes.append(UInt8(all.count))
        for generation in all {
            guard let change = generation.change else {
                bytes.append(0)
                continue
            }
            bytes.append(1)
            bytes.append(littleEndian: UInt32(change.activation.bytes.count))
            bytes += change.activation.bytes
            bytes.append(littleEndian: change.source.offset)
            bytes.append(littleEndian: change.appendedAt)
            bytes.append(change.clock == nil ? 0 : 1)
            bytes.append(littleEndian: change.clock ?? 0)
        }
    }

    /// Their number, and what brought each; nil for the timeline's first.
    static func changes(decoding cursor: inout ByteCursor) throws -> (number: UInt8, changes: [ModelChange?]) {
        let number = try cursor.take(UInt8.self)
        var changes: [ModelChange?] = []
        for _ in 0..<(try cursor.take(UInt8.self)) {
            changes.append(try cursor.takeFlag() ? ModelChange(decoding: &cursor) : nil)
        }
        guard !changes.isEmpty, changes.dropFirst().allSatisfy({ $0 != nil }) else { throw SnapshotPayloadError.layout }
        return (number, changes)
    }
}

/// The generations of models in a snapshot, as one who has no models to load them with sees them.
public struct SnapshotModels: Equatable, Sendable {
    /// What brought those in force; nil where they are the timeline's first.
    public let inForce: ModelActivation?
    /// Where in control that stands.
    public let offset: Int64?
    /// Generations before, which some person was scored with last.
    public let earlier: Int

    public init(decoding cursor: inout ByteCursor) throws {
        let changes = try Generations.changes(decoding: &cursor).changes
        inForce = changes.last!?.activation
        offset = changes.last!?.source.offset
        earlier = changes.count - 1
    }
}

extension ModelChange {
    fileprivate init(decoding cursor: inout ByteCursor) throws {
        activation = try ModelActivation(try cursor.take(count: Int(try cursor.take(UInt32.self))))
        source = Coordinates(topic: .control, partition: 0, offset: try cursor.takeOffset())
        appendedAt = try cursor.takeTime()
        let stood = try cursor.takeFlag()
        let time = try cursor.takeTime()
        clock = stood ? time : nil
    }
}

extension FoldState {
    /// Loads the models of a snapshot; the currencies that it had met are in place.
    mutating func restoreModels(_ number: UInt8, _ changes: [ModelChange?]) throws {
        var all: [Generation] = []
        for change in changes { all.append(try change.map { try generation($0) } ?? generations.inForce) }
        use(generations: Generations(number: number, all: all))
    }
}
