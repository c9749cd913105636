/// Little-endian integers at the end of a byte array, and a cursor that reads them back.
///
/// All binary layouts of the project (timeline, scores, snapshot payload) are written and read with these two.
extension [UInt8] {
    @inlinable
    public mutating func append<T: FixedWidthInteger & BitwiseCopyable>(littleEndian value: T) {
        append(addingCapacity: MemoryLayout<T>.size) { $0.append(littleEndian: value) }
    }

    @inlinable
    public mutating func append<let count: Int>(littleEndian words: [count of UInt64]) {
        append(addingCapacity: 8 * count) { output in
            for index in words.indices { output.append(littleEndian: words[index]) }
        }
    }

    @inlinable
    public mutating func append<let count: Int>(bytes: [count of UInt8]) {
        append(span: unsafe bytes.span.bytes)
    }

    /// Copies all bytes of `span`.
    @inlinable
    public mutating func append(span: RawSpan) {
        append(addingCapacity: span.byteCount) { $0.append(span: span) }
    }

    /// Overwrites the integer that begins at `offset`.
    @inlinable
    public mutating func store<T: FixedWidthInteger>(littleEndian value: T, at offset: Int) {
        precondition(offset >= 0 && offset + MemoryLayout<T>.size <= count)
        var bits = value.littleEndian
        unsafe Swift.withUnsafeBytes(of: &bits) { from in
            for index in 0..<from.count { self[offset + index] = unsafe from[index] }
        }
    }
}

extension OutputSpan<UInt8> {
    @inlinable @inline(__always)
    public mutating func append<T: FixedWidthInteger & BitwiseCopyable>(littleEndian value: T) {
        precondition(freeCapacity >= MemoryLayout<T>.size)
        unsafe withUnsafeMutableBufferPointer { buffer, count in
            unsafe UnsafeMutableRawPointer(buffer.baseAddress! + count)
                .storeBytes(of: value.littleEndian, as: T.self)
            count += MemoryLayout<T>.size
        }
    }

    /// Copies all bytes of `span`.
    @inlinable @inline(__always)
    public mutating func append(span: RawSpan) {
        guard span.byteCount > 0 else { return }
        precondition(freeCapacity >= span.byteCount)
        unsafe withUnsafeMutableBufferPointer { buffer, count in
            unsafe span.withUnsafeBytes {
                unsafe UnsafeMutableRawPointer(buffer.baseAddress! + count)
                    .copyMemory(from: $0.baseAddress!, byteCount: $0.count)
            }
            count += span.byteCount
        }
    }
}

extension RawSpan {
    /// The integer that begins at `offset`; the caller has checked that it lies within the span (trapped otherwise).
    @inlinable
    public func load<T: FixedWidthInteger & BitwiseCopyable>(littleEndianAt offset: Int, as type: T.Type = T.self) -> T
    {
        unsafe T(littleEndian: unsafeLoadUnaligned(fromByteOffset: offset, as: T.self))
    }
}

/// The bytes end before the layout does, or go on after it.
public struct TruncatedBytes: Error, Equatable {
    public let offset: Int
    @inlinable
    public init(offset: Int) { self.offset = offset }
}

/// Reads a layout front to back; each step checks that its bytes are there.
public struct ByteCursor: ~Escapable {
    @usableFromInline let span: RawSpan
    @usableFromInline var position: Int
    @inlinable public var offset: Int { position }

    @inlinable @_lifetime(copy span)
    public init(_ span: RawSpan, at offset: Int = 0) {
        self.init(span: span, offset: offset)
    }

    @usableFromInline @_lifetime(copy span)
    init(span: RawSpan, offset: Int) {
        self.span = span
        position = offset
    }

    @inlinable public var remaining: Int { span.byteCount - position }

    @inlinable @_lifetime(self: copy self)
    public mutating func take<T: FixedWidthInteger & BitwiseCopyable>(_ type: T.Type = T.self) throws(TruncatedBytes)
        -> T
    {
        let size = MemoryLayout<T>.size
        guard remaining >= size else { throw TruncatedBytes(offset: offset) }
        defer { position += size }
        return span.load(littleEndianAt: offset)
    }

    @inlinable @_lifetime(self: copy self) @_lifetime(copy self)
    public mutating func take(count: Int) throws(TruncatedBytes) -> RawSpan {
        guard count >= 0, remaining >= count else { throw TruncatedBytes(offset: offset) }
        defer { position += count }
        return span.extracting(offset..<offset + count)
    }

    /// Asserts that nothing follows.
    public func finish() throws(TruncatedBytes) {
        guard remaining == 0 else { throw TruncatedBytes(offset: offset) }
    }
}
