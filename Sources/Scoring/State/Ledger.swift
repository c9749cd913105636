import Events

/// What a person has besides events, in one row of bytes: the last scores' bins, live grants, and the corrections that came. Apart they would cost more in pointers and headers than they hold.
///
/// ```
/// u8 grants · u8 generation · u16 bins · each bin i16 · grants (see Grant.encode) · notices, 25 bytes each, to the end
/// ```
struct Ledger: ~Copyable {
    var bytes = PackedArray<UInt8>()

    private static let header = 4
    private static let noticeBytes = 25

    init() { bytes.append(repeating: 0, count: Self.header) }

    init(copying other: borrowing Ledger) { bytes = PackedArray(copying: other.bytes) }

    var byteCount: Int { bytes.count }

    /// Of the models that the bins are of; see `Generations`.
    var generation: UInt8 {
        @inline(__always) get { bytes[1] }
        set { bytes[1] = newValue }
    }

    /// Asks for bins and grants.
    func prefetch() { bytes.prefetch(first: 192) }

    // MARK: - Bins

    /// Of the last scores: the bin of each characteristic, in one row for all models (see `CompiledModels`); none where no
    /// model has a score.
    var binCount: Int { @inline(__always) get { Int(bytes.load(at: 2, as: UInt16.self)) } }

    @inline(__always)
    func bin(_ index: Int) -> Int16 {
        precondition(index < binCount)
        return bytes.load(at: Self.header + 2 * index)
    }

    @inline(__always)
    mutating func setBin(_ index: Int, _ bin: Int16) {
        precondition(index < binCount)
        bytes.store(bin, at: Self.header + 2 * index)
    }

    /// Whether the bins are these.
    @inline(__always)
    func hasBins(_ bins: [Int16]) -> Bool {
        guard bins.count == binCount else { return false }
        for index in bins.indices where bin(index) != bins[index] { return false }
        return true
    }

    /// Room for so many, each −1; or none.
    mutating func resetBins(_ count: Int) {
        bytes.removeSubrange(Self.header..<Self.header + 2 * binCount)
        bytes.insert(repeating: 0xFF, count: 2 * count, at: Self.header)
        bytes.store(UInt16(count), at: 2)
    }

    // MARK: - Grants, in the order in which they were opened

    var grantCount: Int { @inline(__always) get { Int(bytes[0]) } }

    private var grantsStart: Int { @inline(__always) get { Self.header + 2 * binCount } }

    private func start(ofGrant index: Int) -> Int {
        var start = grantsStart
        for _ in 0..<index { start = Grant.end(start, bytes) }
        return start
    }

    /// Complexity: linear in those before.
    func grant(_ index: Int) -> Grant {
        precondition(index < grantCount)
        return Grant(bytes, at: start(ofGrant: index))
    }

    func index(ofGrant id: Identifier) -> Int? {
        for index in 0..<grantCount where grant(index).id == id { return index }
        return nil
    }

    /// The first that ends by `time`. Complexity: linear.
    func index(endingBy time: Int64) -> Int? {
        var start = grantsStart
        for index in 0..<grantCount {
            if bytes.load(at: start + Grant.expiresAtPlace, as: Int64.self) <= time { return index }
            start = Grant.end(start, bytes)
        }
        return nil
    }

    var grants: [Grant] { (0..<grantCount).map { grant($0) } }

    mutating func append(_ grant: Grant) {
        precondition(grantCount < FoldLimits.grantsPerPerson)
        let start = noticesStart
        bytes.insert(repeating: 0, count: grant.byteCount, at: start)
        grant.store(in: &bytes, at: start)
        bytes[0] += 1
    }

    mutating func removeGrant(_ index: Int) {
        let start = start(ofGrant: index)
        bytes.removeSubrange(start..<Grant.end(start, bytes))
        bytes[0] -= 1
    }

    /// A consent given at `grantedAt` renews the grant until `time`.
    mutating func renew(_ index: Int, until time: Int64, grantedAt: Int64) {
        let start = start(ofGrant: index)
        bytes.store(time, at: start + Grant.expiresAtPlace)
        bytes.store(grantedAt, at: start + Grant.grantedAtPlace)
    }

    /// Counts the next score change of a grant.
    mutating func number(_ index: Int) { number(at: start(ofGrant: index)) }

    private mutating func number(at start: Int) {
        bytes.store(bytes.load(at: start + Grant.numberPlace, as: UInt64.self) + 1, at: start + Grant.numberPlace)
    }

    /// Counts the next score change of each grant.
    mutating func numberAll() {
        var start = grantsStart
        for _ in 0..<grantCount {
            number(at: start)
            start = Grant.end(start, bytes)
        }
    }

    /// When the next of the grants ends; `.max` without one.
    var earliestExpiry: Int64 {
        var earliest = Int64.max
        var start = grantsStart
        for _ in 0..<grantCount {
            earliest = min(earliest, bytes.load(at: start + Grant.expiresAtPlace))
            start = Grant.end(start, bytes)
        }
        return earliest
    }

    /// Appends each grant, or the one at `only`, as a result names its recipient.
    func encodeRecipients(only: Int? = nil, into output: inout [UInt8]) {
        var start = grantsStart
        for index in 0..<grantCount {
            if only == nil || only == index { Grant.encodeRecipient(bytes, at: start, into: &output) }
            start = Grant.end(start, bytes)
        }
    }

    // MARK: - Notices: corrections, in the order in which they came

    private var noticesStart: Int { start(ofGrant: grantCount) }

    var noticeCount: Int { (bytes.count - noticesStart) / Self.noticeBytes }

    var notices: [KeptNotice] {
        stride(from: noticesStart, to: bytes.count, by: Self.noticeBytes).map { KeptNotice(bytes, at: $0) }
    }

    mutating func append(_ notice: KeptNotice) {
        let start = bytes.count
        bytes.append(repeating: 0, count: Self.noticeBytes)
        notice.store(in: &bytes, at: start)
    }

    /// The notice that has this identity, and whether one makes the event of this identity void. Complexity: linear in the
    /// notices, `noticesPerPerson` at most.
    @inline(__always)
    func look(for identity: UInt64) -> (notice: KeptNotice?, isVoid: Bool) {
        var found: KeptNotice?
        var isVoid = false
        var start = noticesStart
        while start < bytes.count {
            if found == nil, bytes.load(at: start) == identity { found = KeptNotice(bytes, at: start) }
            if bytes.load(at: start + KeptNotice.voidedPlace) == identity { isVoid = true }
            start += Self.noticeBytes
        }
        return (found, isVoid)
    }

    /// Complexity: as `look`.
    func noticeCount(on day: Int32) -> Int {
        var count = 0
        var start = noticesStart
        while start < bytes.count {
            if self.day(ofNoticeAt: start) == day { count += 1 }
            start += Self.noticeBytes
        }
        return count
    }

    /// Drops those of `day` and before. Complexity: as `look`.
    mutating func dropNotices(through day: Int32) {
        var start = noticesStart
        while start < bytes.count, self.day(ofNoticeAt: start) > day { start += Self.noticeBytes }
        guard start < bytes.count else { return }
        var kept = start
        while start < bytes.count {
            let end = start + Self.noticeBytes
            if self.day(ofNoticeAt: start) > day {
                bytes.move(start..<end, to: kept)
                kept += Self.noticeBytes
            }
            start = end
        }
        bytes.removeSubrange(kept..<bytes.count)
    }

    @inline(__always)
    private func day(ofNoticeAt start: Int) -> Int32 { bytes.load(at: start + KeptNotice.dayPlace) }
}

extension Ledger {
    /// Grants and notices as a snapshot holds them.
    func encodeGrants(into output: inout [UInt8]) {
        output.append(UInt8(grantCount))
        output.append(span: bytes.bytes.extracting(grantsStart..<noticesStart))
    }

    func encodeNotices(into output: inout [UInt8]) {
        output.append(littleEndian: UInt32(noticeCount))
        output.append(span: bytes.bytes.extracting(noticesStart..<bytes.count))
    }
}
