internal import Glibc

/// The file that holds the operator's secret: 64 hexadecimal digits and a newline, for its owner's eyes only.
public enum SecretFile {
    private static let digitCount = 2 * PersonHasher.secretByteCount

    /// The secret's 32 bytes. Refused: a file that group or others can read or write, and one that holds anything else.
    public static func read(_ path: String) throws(SecretFileError) -> [UInt8] {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw SecretFileError(
                path, systemError("cannot be opened"),
                "name the timeline's secret file, or make one with `plainscore secret bind`")
        }
        defer { close(descriptor) }
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw SecretFileError(path, "is not a regular file", "name the secret file")
        }
        guard status.st_mode & 0o077 == 0 else {
            throw SecretFileError(path, "is open to others than its owner", "chmod 600 \(path)")
        }
        var bytes = [UInt8](repeating: 0, count: digitCount + 2)
        let count = unsafe bytes.withUnsafeMutableBytes { unsafe Glibc.read(descriptor, $0.baseAddress!, $0.count) }
        guard count >= 0 else { throw SecretFileError(path, systemError("cannot be read"), "look into the disk") }
        guard let secret = secret(bytes.prefix(count)) else {
            throw SecretFileError(
                path, "does not hold \(digitCount) hexadecimal digits and a newline",
                "bring back the file as it was made")
        }
        return secret
    }

    /// Makes the file with a new random secret, and returns once it is on the disk. Never replaces a file; and a file
    /// under this name is whole, since it is written under another one first (which a crash may leave behind).
    public static func create(_ path: String) throws(SecretFileError) {
        let unfinished = "\(path).\(hexadecimal(randomBytes(8))).unfinished"
        let text = "\(hexadecimal(randomBytes(PersonHasher.secretByteCount)))\n"
        let descriptor = unsafe open(unfinished, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw cannotBeMade(path) }
        defer {
            close(descriptor)
            unsafe _ = unlink(unfinished)
        }
        let bytes = Array(text.utf8)
        let written = unsafe bytes.withUnsafeBytes { unsafe write(descriptor, $0.baseAddress!, $0.count) }
        guard written == bytes.count, fsync(descriptor) == 0 else { throw cannotBeMade(path) }
        // Unlike a rename, a link never replaces.
        guard unsafe link(unfinished, path) == 0, syncFolder(of: path) else { throw cannotBeMade(path) }
    }

    private static func cannotBeMade(_ path: String) -> SecretFileError {
        SecretFileError(
            path, systemError("cannot be made"), "choose a path that is free, in a folder that you may write to")
    }

    /// Swift's own source draws from getrandom(2), which is fit for keys.
    private static func randomBytes(_ count: Int) -> [UInt8] {
        var source = SystemRandomNumberGenerator()
        return (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &source) }
    }

    private static func secret(_ text: ArraySlice<UInt8>) -> [UInt8]? {
        guard text.count == digitCount + 1, text.last == UInt8(ascii: "\n") else { return nil }
        var secret: [UInt8] = []
        for start in stride(from: 0, to: digitCount, by: 2) {
            guard let high = hexadecimalDigit(text[start]), let low = hexadecimalDigit(text[start + 1]) else {
                return nil
            }
            secret.append(high << 4 | low)
        }
        return secret
    }

    /// The name is on the disk once its folder is.
    private static func syncFolder(of path: String) -> Bool {
        let folder = path.lastIndex(of: "/").map { path[...$0] } ?? "."
        let descriptor = unsafe open(String(folder), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        return fsync(descriptor) == 0
    }
}

public struct SecretFileError: Error, Equatable, Sendable, CustomStringConvertible {
    public let path: String
    /// What is wrong with it.
    public let fault: String
    /// What to do about it.
    public let mend: String

    init(_ path: String, _ fault: String, _ mend: String) {
        self.path = path
        self.fault = fault
        self.mend = mend
    }

    public var description: String { "secret file \(path) \(fault): \(mend)" }
}

private func systemError(_ what: String) -> String {
    let code = errno
    return unsafe "\(what) (\(String(cString: strerror(code))))"
}

private func hexadecimal(_ bytes: [UInt8]) -> String {
    let digits = Array("0123456789abcdef".utf8)
    return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
}

private func hexadecimalDigit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
    default: nil
    }
}
