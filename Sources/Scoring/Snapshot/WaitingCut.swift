/// The part of a `StateCut` that waits: the entries of the queue whose numbers lie in a range. One that goes before it has
/// been written stays in the queue until then (see `WaitingRoom`).
struct WaitingCut {
    private let count: Int
    /// Not yet written.
    var numbers: Range<Int>
    /// Where the first of them is in the queue.
    var place: Int32
    private var isCountWritten = false

    /// Work of one entry, see `StateCut.writePersons`.
    static let entryWork = 1_000

    init(count: Int, numbers: Range<Int>, place: Int32) {
        self.count = count
        self.numbers = numbers
        self.place = place
    }

    mutating func writeCount(into bytes: inout [UInt8]) {
        if isCountWritten { return }
        bytes.append(littleEndian: UInt32(count))
        isCountWritten = true
    }
}
