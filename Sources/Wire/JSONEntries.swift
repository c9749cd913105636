internal import CSimdJSON
import Events

/// The document as the parser laid it out, until its next parse.
@safe struct JSONEntries {
    private let first: UnsafePointer<json_entry>
    let count: Int

    init(first: UnsafePointer<json_entry>, count: Int) {
        unsafe self.first = unsafe first
        self.count = count
    }

    subscript(index: Int) -> JSONEntry {
        precondition(index < count)
        return unsafe JSONEntry(first[index])
    }

    /// The places of the members of the object at `parent`, in their order. Cold.
    func members(of parent: Int) -> [Int] {
        var places: [Int] = []
        var index = parent + 1
        while index < count, self[index].depth > self[parent].depth {
            if self[index].depth == self[parent].depth + 1 { places.append(index) }
            index += 1
        }
        return places
    }
}

/// One value of the document, borrowed from the parser until its next parse.
@safe struct JSONEntry {
    private let entry: json_entry

    init(_ entry: json_entry) { unsafe self.entry = unsafe entry }

    var depth: Int { unsafe Int(entry.depth) }

    var key: RawSpan {
        @_lifetime(borrow self) get {
            unsafe _overrideLifetime(
                RawSpan(_unsafeBytes: UnsafeRawBufferPointer(start: entry.key, count: Int(entry.key_count))),
                borrowing: self)
        }
    }

    var isTick: Bool { Self.tick.index(of: key) != nil }

    private static let tick = NameList([EventDecoder.tickName])

    var isObject: Bool { unsafe entry.kind == json_object }

    func slot(at index: Int) -> Slot {
        switch unsafe entry.kind {
        case json_null: Slot(.null)
        case json_boolean: Slot(.boolean)
        case json_integer: Slot(.integer, integer: unsafe entry.integer)
        case json_large_integer: Slot(.largeInteger)
        case json_fraction: Slot(.fraction)
        case json_string: unsafe Slot(text: UnsafeRawPointer(entry.text), count: Int(entry.text_count))
        case json_array: Slot(.array)
        default: Slot(.message, integer: Int64(index))
        }
    }
}

/// A name that someone else chose, fit for an error: cut off at 64 bytes, `?` for whatever is not printable ASCII.
func printable(_ name: RawSpan) -> String {
    var text = ""
    for index in 0..<min(64, name.byteCount) {
        let byte: UInt8 = name.load(littleEndianAt: index)
        text.append((0x21...0x7E).contains(byte) ? Character(Unicode.Scalar(byte)) : "?")
    }
    return text
}
