import CMemory
import Events

/// A growing array that costs its owner one word: count, capacity and elements lie together in one block, and nothing is
/// there as long as nothing was added. There are several in each of millions of persons, where the 32 bytes of a standard
/// array's header would be more than what it holds; and since it has one owner, no reference is counted.
///
/// It grows on the heap; whoever holds it may `move` it into a `StateMemory` when nothing reads it.
@safe struct PackedArray<Element: BitwiseCopyable>: ~Copyable {
    /// The address of a block, plus one for a block on the heap, which is known by that without a look at it; 0 for none.
    private var word: UInt = 0

    /// The block, on the heap or in a `StateMemory`: its header, then the elements.
    private var storage: UnsafeMutableRawPointer? {
        @inline(__always) get { unsafe UnsafeMutableRawPointer(bitPattern: word & ~1) }
    }

    private static var headerBytes: Int { BlockHeader.byteCount }

    init() {}

    init(copying other: borrowing PackedArray) {
        self.init()
        guard !other.isEmpty else { return }
        setCapacity(other.count)
        unsafe elements.update(from: other.elements, count: other.count)
        setCount(other.count)
    }

    deinit { release() }

    var count: Int {
        @inline(__always) get {
            guard let storage = unsafe storage else { return 0 }
            return unsafe Int(storage.load(as: UInt32.self))
        }
    }

    var isEmpty: Bool { @inline(__always) get { count == 0 } }
    var indices: Range<Int> { 0..<count }

    var capacity: Int {
        guard let storage = unsafe storage else { return 0 }
        return unsafe Int(storage.load(fromByteOffset: 4, as: UInt32.self))
    }

    subscript(index: Int) -> Element {
        @inline(__always) get {
            precondition(index >= 0 && index < count)
            return unsafe elements[index]
        }
        @inline(__always) set {
            precondition(index >= 0 && index < count)
            unsafe elements[index] = newValue
        }
    }

    /// The elements as they lie in memory.
    var bytes: RawSpan {
        @inline(__always) @_lifetime(borrow self) get {
            let span = unsafe RawSpan(_unsafeStart: elements, byteCount: count * MemoryLayout<Element>.stride)
            return unsafe _overrideLifetime(span, borrowing: self)
        }
    }

    var mutableSpan: MutableSpan<Element> {
        @inline(__always) @_lifetime(&self) mutating get {
            let span = unsafe MutableSpan(_unsafeStart: elements, count: count)
            return unsafe _overrideLifetime(span, mutating: &self)
        }
    }

    // MARK: - Ahead of reading

    /// Asks for the cache lines of the count and of the first `elementCount` elements.
    @inline(__always)
    func prefetch(first elementCount: Int = 0) {
        guard let storage = unsafe storage else { return }
        let byteCount = Self.headerBytes + elementCount * MemoryLayout<Element>.stride
        var offset = 0
        while offset < byteCount {
            unsafe plainscore_prefetch(storage + offset)
            offset += 64
        }
        // Blocks begin anywhere in a line, so the last line is one more as a rule.
        unsafe plainscore_prefetch(storage + byteCount - 1)
    }

    /// Asks for the cache line in which an element begins.
    @inline(__always)
    func prefetch(at index: Int) {
        guard index >= 0, index < count else { return }
        unsafe plainscore_prefetch(elements + index)
    }

    // MARK: - Changing

    @inline(__always)
    mutating func append(_ element: Element) {
        let count = count
        if count == capacity { grow(by: 1) }
        unsafe (elements + count).initialize(to: element)
        setCount(count + 1)
    }

    mutating func append(repeating element: Element, count added: Int) {
        guard added > 0 else { return }
        let count = count
        if count + added > capacity { grow(by: added) }
        unsafe (elements + count).initialize(repeating: element, count: added)
        setCount(count + added)
    }

    /// Complexity: linear in what comes after `index`.
    mutating func insert(_ element: Element, at index: Int) { insert(repeating: element, count: 1, at: index) }

    mutating func insert(repeating element: Element, count added: Int, at index: Int) {
        let count = count
        precondition(index >= 0 && index <= count && added >= 0)
        guard added > 0 else { return }
        if count + added > capacity { grow(by: added) }
        unsafe (elements + index + added).update(from: elements + index, count: count - index)
        unsafe (elements + index).update(repeating: element, count: added)
        setCount(count + added)
    }

    /// Complexity: linear in what comes after `range`.
    mutating func removeSubrange(_ range: Range<Int>) {
        let count = count
        precondition(range.lowerBound >= 0 && range.upperBound <= count)
        guard !range.isEmpty else { return }
        unsafe (elements + range.lowerBound).update(from: elements + range.upperBound, count: count - range.upperBound)
        setCount(count - range.count)
        if (count - range.count) * 2 < capacity { setCapacity(count - range.count) }
    }

    mutating func remove(at index: Int) { removeSubrange(index..<index + 1) }

    /// Copies the elements of `range` to the places from `start` on. Both may overlap.
    mutating func move(_ range: Range<Int>, to start: Int) {
        precondition(range.lowerBound >= 0 && range.upperBound <= count && start >= 0 && start + range.count <= count)
        if range.lowerBound == start { return }
        unsafe (elements + start).update(from: elements + range.lowerBound, count: range.count)
    }

    mutating func removeLast() -> Element {
        let last = self[count - 1]
        setCount(count - 1)
        // Not where a few come and go all the time.
        if capacity - count > 64, count * 4 < capacity * 3 { setCapacity(count + Self.room(for: count)) }
        return last
    }

    /// Puts the elements in that lie in `bytes`, each of whose bit patterns is one.
    mutating func fill(from bytes: RawSpan) {
        removeAll()
        let count = bytes.byteCount / MemoryLayout<Element>.stride
        setCapacity(count)
        unsafe bytes.withUnsafeBytes {
            unsafe UnsafeMutableRawBufferPointer(start: elements, count: $0.count).copyMemory(from: $0)
        }
        setCount(count)
    }

    /// Gives the memory back.
    mutating func removeAll() {
        release()
        word = 0
    }

    // MARK: - Where it lies

    var isOnHeap: Bool { @inline(__always) get { word & 1 != 0 } }

    /// Whether the next element has no room, and would have some after a move.
    var wantsRoom: Bool { @inline(__always) get { count == capacity && count < Self.largest } }

    /// Moves the block to the end of `memory`, with no more room than growing leaves, and where it `grows` with half of that
    /// at least. One that is too large for it stays on the heap.
    mutating func move(into memory: inout StateMemory, for owner: StateMemory.Owner, grows: Bool = false) {
        assert(owner.part.stride == MemoryLayout<Element>.stride)
        guard !isEmpty else { return removeAll() }
        guard count <= Self.largest else { return }
        let room = Self.room(for: count)
        let most = Swift.min(capacity, count + room)
        let least = grows ? count + (count == capacity ? room : room / 2) : 0
        let capacity = Swift.min(Swift.max(least, most), Self.largest)
        let byteCount = BlockHeader.blockBytes(capacity, owner.part)
        let place = unsafe memory.place(byteCount: byteCount)
        let header = BlockHeader(count: count, capacity: capacity, owner: owner)
        unsafe place.storeBytes(of: header, as: BlockHeader.self)
        unsafe take(place, isOnHeap: false)
    }

    // MARK: - Storage

    private var elements: UnsafeMutablePointer<Element> {
        @inline(__always) get {
            // Nothing is read or written through it while there is no storage: the count is 0 then.
            guard let storage = unsafe storage else {
                return unsafe UnsafeMutablePointer(bitPattern: MemoryLayout<Element>.alignment)!
            }
            return unsafe (storage + Self.headerBytes).assumingMemoryBound(to: Element.self)
        }
    }

    @inline(__always)
    private func setCount(_ count: Int) {
        guard let storage = unsafe storage else { return }
        unsafe storage.storeBytes(of: UInt32(count), as: UInt32.self)
    }

    @inline(never)
    private mutating func grow(by added: Int) {
        setCapacity(count + Swift.max(added, Self.room(for: count)))
    }

    /// Elements of the largest block that is not on the heap.
    private static var largest: Int { (StateMemory.blockBytesMax - headerBytes) / MemoryLayout<Element>.stride }

    /// A thirty-second, or some elements where they are few: room that nobody uses is what a person should not cost.
    private static func room(for count: Int) -> Int {
        let stride = MemoryLayout<Element>.stride
        return Swift.max(count / 32, stride < 4 ? 0 : Swift.min(count, stride < 16 ? 2 : 4))
    }

    private mutating func setCapacity(_ capacity: Int) {
        precondition(capacity >= count && capacity <= Int(UInt32.max) && MemoryLayout<Element>.alignment <= 8)
        guard capacity > 0 else { return removeAll() }
        let grown =
            unsafe UnsafeMutableRawPointer.allocate(
                byteCount: BlockHeader.lead + Self.headerBytes + capacity * MemoryLayout<Element>.stride, alignment: 8)
            + BlockHeader.lead
        unsafe grown.storeBytes(of: BlockHeader(count: count, capacity: capacity), as: BlockHeader.self)
        unsafe take(grown, isOnHeap: true)
    }

    /// Goes over to another block, whose header stands.
    private mutating func take(_ block: UnsafeMutableRawPointer, isOnHeap: Bool) {
        if let storage = unsafe storage {
            unsafe (block + Self.headerBytes).copyMemory(
                from: storage + Self.headerBytes, byteCount: count * MemoryLayout<Element>.stride)
            release()
        }
        word = UInt(bitPattern: block) | (isOnHeap ? 1 : 0)
    }

    private func release() {
        guard let storage = unsafe storage else { return }
        if isOnHeap {
            unsafe (storage - BlockHeader.lead).deallocate()
        } else {
            unsafe Segment.release(storage)
        }
    }
}

extension PackedArray where Element: Equatable {
    func firstIndex(of element: Element) -> Int? {
        for index in indices where self[index] == element { return index }
        return nil
    }
}

/// Integers in a row of bytes, little endian.
extension PackedArray<UInt8> {
    @inline(__always)
    mutating func append<T: FixedWidthInteger & BitwiseCopyable>(littleEndian value: T) {
        append(repeating: 0, count: MemoryLayout<T>.size)
        store(value, at: count - MemoryLayout<T>.size)
    }

    mutating func append(bytes: RawSpan) {
        let start = count
        append(repeating: 0, count: bytes.byteCount)
        for offset in 0..<bytes.byteCount { self[start + offset] = bytes.load(littleEndianAt: offset) }
    }

    @inline(__always)
    func load<T: FixedWidthInteger & BitwiseCopyable>(at offset: Int, as type: T.Type = T.self) -> T {
        bytes.load(littleEndianAt: offset)
    }

    @inline(__always)
    mutating func store<T: FixedWidthInteger & BitwiseCopyable>(_ value: T, at offset: Int) {
        precondition(offset >= 0 && offset + MemoryLayout<T>.size <= count)
        unsafe UnsafeMutableRawPointer(elements + offset).storeBytes(of: value.littleEndian, as: T.self)
    }
}
