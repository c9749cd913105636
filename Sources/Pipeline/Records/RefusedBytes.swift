import Checksums
import Events
import Log
import Wire

/// The bytes of a refused record as its dead letter holds them: all of them up to `wholeMax`, else a prefix with length and
/// digest of the whole.
///
/// So a dead letter is never larger than `wholeMax` bytes and its headers, whatever a raw record holds or unpacks to. Who
/// reads it fetches the rest from the raw topic.
struct RefusedBytes {
    /// Bytes of a value that a dead letter holds whole, at most: 64 KiB, as many as an event may have. Brokers take 1 MiB a
    /// record by default, the writer 4 MiB.
    static let wholeMax = EventDecoder.sizeMax
    /// Bytes that are kept of a longer value.
    static let prefixMax = 1_024
    /// Bytes of each value that a reader of a raw topic needs to decode it, and to tell that it is too long for what the topic
    /// carries: events, or a switch of models (`ModelActivation.byteCountMax` and some).
    static func readMax(of topic: RawTopic) -> Int { topic == .control ? 1 << 20 : wholeMax + 1 }

    /// nil where the dead letter holds the value whole.
    let whole: RecordBatch.Cut?

    /// - Parameter cut: of the batch where it holds only the first bytes of the value, more than `wholeMax`.
    init(_ value: RawSpan, cut: RecordBatch.Cut?) {
        precondition(cut == nil || value.byteCount > Self.wholeMax)
        guard value.byteCount > Self.wholeMax else {
            whole = nil
            return
        }
        whole = cut ?? RecordBatch.Cut(byteCount: value.byteCount, digest: xxh3Digest(value))
    }

    /// As a dead letter tells it. Earlier versions wrote each value whole.
    /// - Returns: nil where headers and value do not fit each other.
    init?(headers: [String: String], value: RawSpan) {
        guard let form = headers[Self.valueHeader] else {
            self.init(value, cut: nil)
            return
        }
        guard form == Self.prefix, value.byteCount == Self.prefixMax,
            let count = headers[Self.byteCountHeader].flatMap({ Int($0) }), count > Self.wholeMax,
            let digest = headers[Self.digestHeader].flatMap({ Digest128(hex: $0) })
        else { return nil }
        self.init(whole: RecordBatch.Cut(byteCount: count, digest: digest))
    }

    private init(whole: RecordBatch.Cut) { self.whole = whole }

    /// What a dead letter holds of `value`.
    @_lifetime(copy value)
    func kept(of value: RawSpan) -> RawSpan { whole == nil ? value : value.extracting(first: Self.prefixMax) }

    var headers: [(name: String, value: String)] {
        guard let whole else { return [] }
        return [
            (Self.valueHeader, Self.prefix), (Self.byteCountHeader, "\(whole.byteCount)"),
            (Self.digestHeader, whole.digest.hex),
        ]
    }

    /// A hash by which a raw record and its dead letter are held against each other: of the value where a dead letter holds it
    /// whole, else of prefix, length and digest. `value` is the dead letter's, or the raw record's as a batch holds it.
    func mark(of value: RawSpan) -> UInt64 {
        guard let whole else { return xxh3(value) }
        var bytes: [UInt8] = []
        bytes.append(littleEndian: UInt64(whole.byteCount))
        bytes.append(littleEndian: whole.digest.high)
        bytes.append(littleEndian: whole.digest.low)
        return xxh3(kept(of: value), seed: unsafe xxh3(bytes.span.bytes))
    }

    private static let valueHeader = "plainscore.value"
    private static let prefix = "prefix"
    private static let byteCountHeader = "plainscore.original-bytes"
    private static let digestHeader = "plainscore.original-xxh3-128"
}
