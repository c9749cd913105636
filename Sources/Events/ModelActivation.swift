/// The files of the models that take effect together at one record of the log, as bytes: the first speaks, the others are
/// challengers, in their order. What the files say is for others to know.
///
/// ```
/// u8 format version, 1 · u8 files, 1 … 4 · 2 × u8 0 · each file: u32 bytes · the bytes
/// ```
/// The same in a record of `control` and in one of the timeline; little endian, and the checksum is that of the record.
public struct ModelActivation: Equatable, Sendable {
    public static let formatVersion: UInt8 = 1
    public static let filesMax = 4
    /// Bytes of all together, layout included: less than what brokers and clients allow in one record by default.
    public static let byteCountMax = 900_000

    /// In the layout.
    public let bytes: [UInt8]

    /// nil where there is no file, or too many, an empty one, or too many bytes.
    public init?(files: [[UInt8]]) {
        var bytes: [UInt8] = [Self.formatVersion, UInt8(truncatingIfNeeded: files.count), 0, 0]
        for file in files {
            guard file.count <= Self.byteCountMax else { return nil }
            bytes.append(littleEndian: UInt32(file.count))
            bytes += file
        }
        guard files.count <= Self.filesMax, bytes.count <= Self.byteCountMax else { return nil }
        do { try self.init(unsafe bytes.span.bytes) } catch { return nil }
    }

    /// - Throws: `TimelineError` where the bytes are not this layout.
    public init(_ layout: RawSpan) throws {
        guard layout.byteCount <= Self.byteCountMax else { throw TimelineError.layout("models") }
        var cursor = ByteCursor(layout)
        let version = try cursor.take(UInt8.self)
        guard version == Self.formatVersion else { throw TimelineError.format(version) }
        let count = try cursor.take(UInt8.self)
        guard (1...Self.filesMax).contains(Int(count)), try cursor.take(UInt16.self) == 0 else {
            throw TimelineError.layout("models")
        }
        for _ in 0..<count {
            guard try cursor.take(count: Int(try cursor.take(UInt32.self))).byteCount > 0 else {
                throw TimelineError.layout("models")
            }
        }
        try cursor.finish()
        bytes = unsafe layout.withUnsafeBytes { unsafe Array($0) }
    }

    public var files: [[UInt8]] {
        var files: [[UInt8]] = []
        var start = 4
        while start < bytes.count {
            let count = Int(unsafe bytes.span.bytes.load(littleEndianAt: start, as: UInt32.self))
            files.append(Array(bytes[start + 4..<start + 4 + count]))
            start += 4 + count
        }
        return files
    }
}
