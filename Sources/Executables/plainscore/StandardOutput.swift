import Glibc
import Telemetry

/// Standard output in blocks of 256 KiB. A reader that goes away ends the process, as it ends any filter.
struct StandardOutput: ~Copyable {
    private static let blockByteCount = 256 << 10

    private var bytes: [UInt8] = []

    init() { bytes.reserveCapacity(Self.blockByteCount + 4096) }

    /// Appends the text as it is; lines bring their own newline.
    mutating func write(_ text: String) throws(FileError) {
        bytes.append(contentsOf: text.utf8)
        if bytes.count >= Self.blockByteCount { try flush() }
    }

    mutating func write(_ span: RawSpan) throws(FileError) {
        unsafe span.withUnsafeBytes { unsafe bytes.append(contentsOf: $0) }
        if bytes.count >= Self.blockByteCount { try flush() }
    }

    /// Must be called at the end.
    mutating func flush() throws(FileError) {
        var written = 0
        while written < bytes.count {
            let count = unsafe bytes.withUnsafeBytes {
                unsafe Glibc.write(STDOUT_FILENO, $0.baseAddress! + written, $0.count - written)
            }
            if count < 0 && errno == EPIPE { ExitCode.success.exit() }
            if count < 0 && errno != EINTR { throw FileError("standard output") }
            written += max(0, count)
        }
        bytes.removeAll(keepingCapacity: true)
    }
}

/// A line on standard error, at once.
func printError(_ text: String) {
    writeError("\(text)\n")
}

/// Text on standard error, at once; what cannot be written is lost.
func writeError(_ text: String) {
    let bytes = Array(text.utf8)
    _ = unsafe bytes.withUnsafeBytes { unsafe Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
}
