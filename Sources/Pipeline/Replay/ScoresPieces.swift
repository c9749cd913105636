import Events
import Scoring

/// One record of `scores` cut into its results by their lengths, whether or not its checksum holds: for telling what is
/// wrong with it.
struct ScoresPieces {
    /// Why a reader refuses the record; nil where it does not.
    private(set) var fault: String?
    /// The number that the first result has by its place.
    private(set) var first: UInt64
    /// Where each result lies in the value.
    private(set) var ranges: [Range<Int>] = []
    /// Results that the record says it holds, where it could not be cut to its end; else as many as `ranges`.
    private(set) var claimed: Int

    /// - Parameter next: the number that would come next. Where key and first result contradict each other, it decides for
    ///   the result, and so does a checksum that holds under the key that the result asks for.
    init(key: RawSpan, value: RawSpan, partition: Int32, next: UInt64) {
        do {
            _ = try ScoresRecord.results(key: key, value: value, partition: partition)
        } catch TimelineError.checksum {
            fault = "its checksum does not match its bytes"
        } catch {
            fault = "it is no record of scores: \(error)"
        }
        var start = ScoresRecord.prefixByteCount
        while start + 4 <= value.byteCount {
            let end = start + 4 + Int(value.load(littleEndianAt: start, as: UInt32.self))
            guard end <= value.byteCount, end - start >= Self.shortest else { break }
            ranges.append(start..<end)
            start = end
        }
        let isCut = start == value.byteCount
        let count = value.byteCount >= 16 ? Int(value.load(littleEndianAt: 12, as: UInt32.self)) : 0
        claimed = isCut ? ranges.count : max(ranges.count, min(count, value.byteCount / Self.shortest))
        let byKey: UInt64? = key.byteCount == 8 ? key.load(littleEndianAt: 0) : nil
        let byResult = ranges.first.map { Self.sequence(value.extracting($0)) }
        first = byKey ?? byResult ?? next
        if let byResult, byResult != byKey {
            if byResult == next || Self.isWhole(under: byResult, value, partition) { first = byResult }
            fault = fault ?? "its key does not name its first result"
        }
        if !isCut { fault = fault ?? "it ends within a result" }
        if count != claimed { fault = fault ?? "it says \(count) results and holds \(ranges.count)" }
    }

    private static func isWhole(under first: UInt64, _ value: RawSpan, _ partition: Int32) -> Bool {
        var key: [UInt8] = []
        ScoresRecord.key(firstSequence: first, into: &key)
        do {
            _ = try ScoresRecord.results(key: unsafe key.span.bytes, value: value, partition: partition)
            return true
        } catch {
            return false
        }
    }

    /// Bytes of a result without event id, characteristics and recipients.
    private static let shortest = 100

    /// The number that a result states.
    static func sequence(_ result: RawSpan) -> UInt64 { result.load(littleEndianAt: 20) }

    /// The result that by its place has this number.
    func range(of sequence: UInt64) -> Range<Int>? {
        guard sequence >= first, sequence - first < UInt64(ranges.count) else { return nil }
        return ranges[Int(sequence - first)]
    }

    /// Where the result that by its place has this number begins; of the first that cannot be cut, too.
    func start(of sequence: UInt64) -> Int? {
        guard sequence >= first, sequence - first <= UInt64(ranges.count) else { return nil }
        let place = Int(sequence - first)
        if ranges.indices.contains(place) { return ranges[place].lowerBound }
        return ranges.last?.upperBound ?? ScoresRecord.prefixByteCount
    }
}
