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
    /// The one that speaks first.
    public let models: [Digest128]
    /// Of the last result.
    public let sequence: UInt64
    public let chain: Digest128
    /// ms; nil before each raw consents partition has ticked.
    public let clock: Int64?
    /// In the order of `Outcomes.Class`.
    public let outcomes: [UInt64]
    public let repeats: UInt64
    public let otherCurrency: UInt64
    public let persons: UInt32
    /// Where the persons begin in the payload.
    let personsStart: Int

    /// - Throws: a sentence as `SnapshotLoadError` where the payload is of another version, or none.
    public init(_ payload: [UInt8], path: String) throws {
        var cursor = ByteCursor(unsafe payload.span.bytes)
        do {
            payloadVersion = try cursor.take()
            guard payloadVersion == Self.version else {
                throw SnapshotLoadError(
                    path: path,
                    reason: "payload version \(payloadVersion), and this program looks into \(Self.version)",
                    isOfOtherModels: false)
            }
            _ = try cursor.take(count: 3)
            partition = try cursor.take()
            nextOffset = try cursor.take()
            properties = try TimelineProperties(decoding: &cursor)
            secretFingerprint = try cursor.takeOptional(UInt64.self)
            models = try cursor.takeDigests(Int(try cursor.take(UInt8.self)))
            sequence = try cursor.take()
            chain = try cursor.takeDigests(1)[0]
            clock = try cursor.takeOptional(Int64.self)
            _ = try cursor.take(Int64.self)
            _ = try cursor.take(count: 9 * Int(properties.consentPartitions))
            _ = try cursor.take(count: 16 * (properties.rawPartitions.reduce(1) { $0 + Int($1) }))
            var outcomes: [UInt64] = []
            for _ in Outcomes.Class.allCases { outcomes.append(try cursor.take()) }
            self.outcomes = outcomes
            repeats = try cursor.take()
            otherCurrency = try cursor.take()
            _ = try cursor.take(count: 2 * Int(try cursor.take(UInt8.self)))
            persons = try cursor.take()
            personsStart = cursor.offset
        } catch let error as SnapshotLoadError {
            throw error
        } catch {
            throw SnapshotLoadError(
                path: path, reason: "its payload is no state of a fold: \(error)", isOfOtherModels: false)
        }
    }

    /// The version whose layout this and `SnapshotContent` read.
    static let version: UInt8 = 3
}

/// What a payload holds of its persons, counted: for that its models must be known.
public struct SnapshotContent: Sendable {
    public private(set) var events = 0
    public private(set) var grants = 0
    /// Consents and corrections kept.
    public private(set) var notices = 0
    /// Persons with a score by the model that speaks.
    public private(set) var scored = 0
    public private(set) var waiting: UInt32 = 0

    /// Of a payload that has been loaded under these models: its layout is sound.
    public init(_ payload: [UInt8], _ head: SnapshotHead, models: Models) throws {
        var cursor = ByteCursor(unsafe payload.span.bytes, at: head.personsStart)
        for _ in 0..<head.persons { try countPerson(&cursor, models) }
        waiting = try cursor.take()
    }

    private mutating func countPerson(_ cursor: inout ByteCursor, _ models: Models) throws {
        _ = try cursor.take(count: 20)
        for (index, model) in models.all.enumerated() where try cursor.take(UInt8.self) == 1 {
            _ = try cursor.take(count: 2 * model.characteristics.count)
            if index == 0 { scored += 1 }
        }
        let grantCount = Int(try cursor.take(UInt8.self))
        grants += grantCount
        for _ in 0..<grantCount {
            _ = try cursor.take(UInt8.self)
            let idLength = Int(try cursor.take(UInt8.self))
            let referenceLength = Int(try cursor.take(UInt8.self))
            _ = try cursor.take(count: 29 + idLength + referenceLength)
        }
        let eventCount = Int(try cursor.take(UInt32.self))
        events += eventCount
        _ = try cursor.take(count: 24 * eventCount)
        _ = try cursor.take(count: 8 * Int(try cursor.take(UInt32.self)))
        _ = try cursor.take(count: 8 * Int(try cursor.take(UInt8.self)))
        _ = try cursor.take(count: Int(try cursor.take(UInt32.self)))
        let noticeCount = Int(try cursor.take(UInt32.self))
        notices += noticeCount
        _ = try cursor.take(count: 32 * noticeCount)
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
