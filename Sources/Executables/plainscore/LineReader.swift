import Glibc

/// Lines of a file or pipe, one at a time out of one buffer: memory is that of a block and the longest line.
struct LineReader: ~Copyable {
    /// A line may be this long, bytes: more than any raw topic takes.
    static let lineByteCountMax = 8 << 20

    private let descriptor: Int32
    private let ownsDescriptor: Bool
    private var buffer: [UInt8]
    private var start = 0
    private var end = 0
    private var isAtEnd = false
    /// Of the line last read, from 1.
    private(set) var lineNumber = 0

    /// Standard input.
    init() {
        descriptor = STDIN_FILENO
        ownsDescriptor = false
        buffer = [UInt8](repeating: 0, count: 1 << 20)
    }

    /// - Throws: `FileError` when the file cannot be opened.
    init(path: String) throws(FileError) {
        descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileError(path) }
        ownsDescriptor = true
        buffer = [UInt8](repeating: 0, count: 1 << 20)
    }

    deinit { if ownsDescriptor { close(descriptor) } }

    /// Reads the next line, its newline (and a carriage return before it) left off; false at the end. A byte order mark at
    /// the beginning of the file is passed over: tools write it, and no editor shows it.
    mutating func next(_ body: (RawSpan) throws -> Void) throws -> Bool {
        guard var range = try nextRange() else { return false }
        lineNumber += 1
        if lineNumber == 1, buffer[range].starts(with: [0xEF, 0xBB, 0xBF]) { range = range.dropFirst(3) }
        try body(unsafe buffer.span.bytes.extracting(range))
        return true
    }

    private mutating func nextRange() throws(FileError) -> Range<Int>? {
        var searched = start
        while true {
            if let newline = newline(in: searched..<end) {
                defer { start = newline + 1 }
                return trimmed(start..<newline)
            }
            searched = end
            if isAtEnd {
                defer { start = end }
                return start == end ? nil : trimmed(start..<end)
            }
            searched -= try fill()
        }
    }

    private func newline(in range: Range<Int>) -> Int? {
        unsafe buffer.withUnsafeBytes { bytes in
            guard let base = bytes.baseAddress,
                let found = unsafe memchr(base + range.lowerBound, 10, range.count)
            else { return nil }
            return unsafe UnsafeRawPointer(found) - base
        }
    }

    private func trimmed(_ line: Range<Int>) -> Range<Int> {
        !line.isEmpty && buffer[line.upperBound - 1] == 13 ? line.dropLast() : line
    }

    /// Moves what is held to the front, makes room and reads a block behind it; returns by how much it has moved.
    private mutating func fill() throws(FileError) -> Int {
        let moved = start
        if moved > 0 {
            unsafe buffer.withUnsafeMutableBytes { bytes in
                if let base = bytes.baseAddress { unsafe memmove(base, base + start, end - start) }
            }
            end -= moved
            start = 0
        }
        if end == buffer.count {
            guard buffer.count < Self.lineByteCountMax else {
                throw FileError(message: "line \(lineNumber + 1) is longer than \(Self.lineByteCountMax) bytes")
            }
            buffer.append(contentsOf: repeatElement(0, count: buffer.count))
        }
        let held = end
        let count = unsafe buffer.withUnsafeMutableBytes { bytes in
            while true {
                let count = unsafe read(descriptor, bytes.baseAddress! + held, bytes.count - held)
                if count >= 0 || errno != EINTR { return count }
            }
        }
        guard count >= 0 else { throw FileError("read") }
        if count == 0 { isAtEnd = true }
        end += count
        return moved
    }
}

/// A file that cannot be read or written.
struct FileError: Error, CustomStringConvertible {
    let description: String

    /// With the reason that the system gives in `errno`.
    init(_ what: String) {
        description = "\(what): \(unsafe String(cString: strerror(errno)))"
    }

    init(message: String) { description = message }
}
