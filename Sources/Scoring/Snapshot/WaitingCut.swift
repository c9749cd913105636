/// The part of a `StateCut` that waits: those who waited at the cut, by their numbers in the queue. One who goes before they
/// are written is kept until their turn comes.
struct WaitingCut {
    private let count: Int
    /// Not yet written.
    private var numbers: Range<Int>
    private var kept: [Int: WaitingEvent] = [:]
    private var isCountWritten = false

    init(count: Int, numbers: Range<Int>) {
        self.count = count
        self.numbers = numbers
    }

    mutating func willGo(_ number: Int, _ event: WaitingEvent) {
        if numbers.contains(number) { kept[number] = event }
    }

    /// See `StateCut.writePersons`; `waiting` is who waits now under a number.
    mutating func write(into bytes: inout [UInt8], work: Int, _ waiting: (Int) -> WaitingEvent?) -> Bool {
        var work = work
        if !isCountWritten {
            bytes.append(littleEndian: UInt32(count))
            isCountWritten = true
        }
        while let number = numbers.first {
            guard work > 0 else { return false }
            numbers = number + 1..<numbers.upperBound
            let event = kept.removeValue(forKey: number) ?? waiting(number)
            event?.encode(into: &bytes)
            work -= event == nil ? 10 : 1_000
        }
        return true
    }
}
