import Events
import Wire

/// What the commands' JSON documents need beyond `JSONText`.
extension JSONText {
    mutating func member(_ name: StaticString, optional number: (some BinaryInteger)?) {
        key(name)
        if let number { value(number) } else { null() }
    }

    mutating func member(named name: String, optional number: (some BinaryInteger)?) {
        key(named: name)
        if let number { value(number) } else { null() }
    }

    mutating func member(_ name: StaticString, optional text: String?) {
        key(name)
        if let text { value(text) } else { null() }
    }

    mutating func member(_ name: StaticString, time: Int64?) { member(name, optional: time.map(Timestamp.text)) }

    /// An array of objects, the members of each written by `write`.
    mutating func array<Element>(
        _ name: StaticString, _ elements: [Element], _ write: (inout JSONText, Element) -> Void
    ) {
        key(name)
        beginArray()
        for element in elements {
            beginObject()
            write(&self, element)
            endObject()
        }
        endArray()
    }

    /// An array of texts.
    mutating func texts(_ name: StaticString, _ texts: [String]) {
        key(name)
        beginArray()
        for text in texts { value(text) }
        endArray()
    }

    /// All that was written, and a newline.
    var line: String { String(decoding: bytes, as: UTF8.self) + "\n" }
}
