import Events
import Log
import Scoring

/// One reading of what the aggregator has committed, from the beginning, for folds of the reader's own.
extension CommittedFolds {
    /// Timeline records that the aggregator has folded, of all partitions.
    public func recordCount() throws(RoleError) -> Int64 {
        var count: Int64 = 0
        for partition in partitions { count += try committedOffset(partition) }
        return count
    }

    /// Reads a partition from its beginning up to the committed offset, or until `body` says that it has enough (false).
    /// Returns the offset of the next record.
    /// - Throws: `RoleError.logBeginsLater`, `.brokenInvariant` where records are lost, and what `body` throws.
    func pass(
        _ partition: Int32, _ body: (_ offset: Int64, _ key: RawSpan, _ value: RawSpan) throws -> Bool
    ) throws -> Int64 {
        let end = try committedOffset(partition)
        let low = try log.watermarks(topic: names.timeline, partition: partition).lowerBound
        guard low == 0 else {
            throw RoleError.logBeginsLater(topic: names.timeline, partition: partition, wanted: 0, low: low)
        }
        var next: Int64 = 0
        do {
            try log.read(topic: names.timeline, partition: partition, range: 0..<end) { batch in
                for entry in batch.entries {
                    next = entry.offset + 1
                    guard try body(entry.offset, batch.key(entry), batch.value(entry)) else { throw Enough() }
                }
            }
        } catch is Enough {
            return next
        }
        guard next == end else {
            throw RoleError.brokenInvariant(
                "\(names.timeline)-\(partition) ends at \(next), and \(end) was committed: records are lost")
        }
        return next
    }

    /// The clock never gets so far.
    func tooLate(_ time: Int64, _ clock: Int64?, _ partition: Int32) -> PointInTimeError {
        PointInTimeError(place: "\(names.timeline)-\(partition)", time: time, clock: clock)
    }
}

private struct Enough: Error {}

/// A time was asked for that the clock of a partition has not reached.
public struct PointInTimeError: Error, CustomStringConvertible {
    let place: String
    let time: Int64
    let clock: Int64?

    public var description: String {
        "\(Timestamp.text(time)) is not reached yet: the clock of \(place) stands at "
            + "\(clock.map(Timestamp.text) ?? "no time yet"). Ask for an earlier time, or wait for its tick"
    }
}

/// A fold of the reader's own, its results decoded as they come.
final class DecodingFold {
    let fold: PartitionFold
    private let topic: String
    private var output = FoldOutput()

    /// - Parameters:
    ///   - loader: makes what the log switches to.
    ///   - topic: where it reads, for errors.
    init(partition: Int32, models: Models, loader: @escaping ModelLoader = loadModels, topic: String) {
        fold = PartitionFold(partition: partition, models: models, loader: loader)
        self.topic = topic
    }

    /// Folds a record; `take` gets each of its results.
    func take(
        offset: Int64, key: RawSpan, value: RawSpan, _ take: (ScoreResult) throws -> Void = { _ in }
    ) throws {
        // Out of the object while it is read: a span cannot borrow from there.
        var output = FoldOutput()
        swap(&output, &self.output)
        do throws(FoldError) {
            try fold.fold(offset: offset, key: key, value: value, into: &output)
        } catch {
            throw error.asRoleError(topic: topic, partition: fold.partition)
        }
        var cursor = ByteCursor(unsafe output.results.span.bytes)
        while cursor.remaining > 0 { try take(try ScoreResult.next(from: &cursor, verifying: nil).result) }
        output.removeAll()
        swap(&output, &self.output)
    }
}

/// Whose grant a result goes to: a result names the consent that opened the grant, and the timeline whose consent it was.
struct GrantOwners {
    private var owners: [Coordinates: PersonKey] = [:]

    /// Notes a timeline record that is a consent; the fold has checked it.
    mutating func take(key: RawSpan, value: RawSpan, partition: Int32) throws {
        guard value.load(littleEndianAt: 9) == EventType.consent.rawValue else { return }
        let record = try TimelineRecord(key: key, value: value, partition: partition)
        if case .event(let person, _) = record.content { owners[record.source] = person }
    }

    /// nil for a challenger's result, which goes to nobody.
    subscript(result: ScoreResult) -> PersonKey? { result.recipients.first.flatMap { owners[$0.opening] } }

    /// All who have ever consented, in the order of keys.
    var persons: [PersonKey] { Set(owners.values).sorted() }
}
