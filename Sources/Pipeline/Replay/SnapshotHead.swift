import Checksums
import Events
import Scoring

/// What the payload of a snapshot says before its persons, read without the models under which it was taken
/// (schemas/snapshot.md has the layout).
public struct SnapshotHead: Sendable {
    public let payloadVersion: UInt8
    public let partition: Int32
    /// Everything below is folded.
    public let nextOffset: Int64
    public let properties: TimelineProperties
    public let secretFingerprint: UInt64?
    /// Of the timeline's beginning, the one that spoke first.
    public let models: [Digest128]
    /// What the log has switched to since.
    public let switched: SnapshotModels
    /// Of the last result.
    public let sequence: UInt64
    public let chain: Digest128
    /// ms; nil before each raw consents partition has ticked.
    public let clock: Int64?
    /// In the order of `Outcomes.Class`.
    public let outcomes: [UInt64]
    public let repeats: UInt64
    public let persons: UInt32

    /// - Throws: a sentence as `SnapshotLoadError` where the payload is of another version, or none.
    public init(_ payload: [UInt8], path: String) throws {
        var cursor = ByteCursor(unsafe payload.span.bytes)
        do {
            payloadVersion = try cursor.take()
            guard payloadVersion == PartitionFold.payloadVersion else {
                throw SnapshotLoadError(
                    path: path,
                    reason:
                        "payload version \(payloadVersion), and this program looks into \(PartitionFold.payloadVersion)",
                    isOfOtherModels: false)
            }
            _ = try cursor.take(count: 3)
            partition = try cursor.take()
            nextOffset = try cursor.take()
            properties = try TimelineProperties(decoding: &cursor)
            secretFingerprint = try cursor.takeOptional(UInt64.self)
            models = try cursor.takeDigests(Int(try cursor.take(UInt8.self)))
            switched = try SnapshotModels(decoding: &cursor)
            sequence = try cursor.take()
            chain = try cursor.takeDigests(1)[0]
            clock = try cursor.takeOptional(Int64.self)
            _ = try cursor.take(Int64.self)
            _ = try cursor.take(count: 9 * Int(properties.consentPartitions))
            _ = try cursor.take(count: 26)  // the clock's guard
            _ = try cursor.take(count: 16 * (properties.rawPartitions.reduce(1) { $0 + Int($1) }))
            var outcomes: [UInt64] = []
            for _ in Outcomes.Class.allCases { outcomes.append(try cursor.take()) }
            self.outcomes = outcomes
            repeats = try cursor.take()
            _ = try cursor.take(count: 2 * Int(try cursor.take(UInt8.self)))
            persons = try cursor.take()
        } catch let error as SnapshotLoadError {
            throw error
        } catch {
            throw SnapshotLoadError(
                path: path, reason: "its payload is no state of a fold: \(error)", isOfOtherModels: false)
        }
    }
}

extension SnapshotHead {
    /// In force, the one that speaks first.
    public var modelsInForce: [Digest128] {
        switched.inForce.map { $0.files.map { unsafe xxh3Digest($0.span.bytes) } } ?? models
    }
}

extension ByteCursor {
    @_lifetime(self: copy self)
    fileprivate mutating func takeOptional<T: FixedWidthInteger & BitwiseCopyable>(_ type: T.Type) throws -> T? {
        let isThere = try take(UInt8.self) == 1
        let value = try take(T.self)
        return isThere ? value : nil
    }

    @_lifetime(self: copy self)
    fileprivate mutating func takeDigests(_ count: Int) throws -> [Digest128] {
        var digests: [Digest128] = []
        for _ in 0..<count { digests.append(Digest128(high: try take(), low: try take())) }
        return digests
    }
}
