/// Values that are laid out once, when models are loaded, and read for every event: a row that is never changed and whose
/// owner is the only one to refer to it, so that reading it counts no references.
@safe struct Table<Element: BitwiseCopyable>: ~Copyable, @unchecked Sendable {
    private let elements: UnsafeMutableBufferPointer<Element>

    init(_ values: [Element]) {
        unsafe elements = .allocate(capacity: values.count)
        unsafe _ = elements.initialize(from: values)
    }

    deinit { unsafe elements.deallocate() }

    var count: Int { @inline(__always) get { unsafe elements.count } }
    var indices: Range<Int> { 0..<count }

    subscript(index: Int) -> Element {
        @inline(__always) get {
            precondition(index >= 0 && index < count)
            return unsafe elements[index]
        }
    }
}
