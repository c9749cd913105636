import Glibc

/// An open file or folder, closed when it goes out of scope. Every call is tried again when a signal interrupts it.
struct File: ~Copyable, Sendable {
    let path: String
    private let descriptor: Int32

    init(_ path: String, flags: Int32) throws(SystemError) {
        self.path = path
        self.descriptor = try retrying("open") { unsafe Glibc.open(path, flags | O_CLOEXEC, 0o600) }
    }

    deinit { Glibc.close(descriptor) }

    func write(_ bytes: [UInt8]) throws(SystemError) {
        var written = 0
        while written < bytes.count {
            written += try retrying("write") {
                unsafe bytes.withUnsafeBytes {
                    unsafe Glibc.write(descriptor, $0.baseAddress! + written, $0.count - written)
                }
            }
        }
    }

    /// Overwrites from `start` on.
    func write(_ bytes: [UInt8], at start: Int) throws(SystemError) {
        var written = 0
        while written < bytes.count {
            written += try retrying("pwrite") {
                unsafe bytes.withUnsafeBytes {
                    unsafe pwrite(descriptor, $0.baseAddress! + written, $0.count - written, start + written)
                }
            }
        }
    }

    /// At most `count` bytes from `start` on; fewer only where the file ends.
    func read(from start: Int, count: Int) throws(SystemError) -> [UInt8] {
        var failure: SystemError?
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: count) { target, filled in
            do throws(SystemError) {
                while filled < count {
                    let done = filled
                    let more = try retrying("read") {
                        unsafe Glibc.pread(descriptor, target.baseAddress! + done, count - done, start + done)
                    }
                    if more == 0 { break }
                    filled += more
                }
            } catch { failure = error }
        }
        if let failure { throw failure }
        return bytes
    }

    /// Its length, and whether it is a file like any other: no folder, no device, no pipe.
    func status() throws(SystemError) -> (bytes: Int, isRegular: Bool) {
        var status = stat()
        _ = try retrying("fstat") { unsafe fstat(descriptor, &status) }
        return (Int(status.st_size), status.st_mode & S_IFMT == S_IFREG)
    }

    /// Returns when the bytes, or for a folder the names, are on the disk.
    func sync() throws(SystemError) {
        _ = try retrying("fsync") { fsync(descriptor) }
    }

    func truncate() throws(SystemError) {
        _ = try retrying("ftruncate") { ftruncate(descriptor, 0) }
    }

    /// Takes the advisory lock that one open file of one process can have; it goes with the process, however it ends.
    func lock() throws(SystemError) {
        _ = try retrying("flock") { flock(descriptor, LOCK_EX | LOCK_NB) }
    }
}

/// A system call that failed.
struct SystemError: Error, CustomStringConvertible {
    let call: String
    let code: Int32

    var description: String { unsafe "\(call) failed: \(String(cString: strerror(code)))" }
}

/// For its owner alone, in a folder that exists.
func makeFolderIfMissing(_ path: String) throws(SystemError) {
    do throws(SystemError) { _ = try retrying("mkdir") { unsafe mkdir(path, 0o700) } } catch {
        if error.code != EEXIST { throw error }
    }
}

func rename(_ old: String, to new: String) throws(SystemError) {
    _ = try retrying("rename") { unsafe Glibc.rename(old, new) }
}

/// A file that is gone already is removed.
func remove(_ path: String) throws(SystemError) {
    do throws(SystemError) { _ = try retrying("unlink") { unsafe unlink(path) } } catch {
        if error.code != ENOENT { throw error }
    }
}

/// The names in a folder, sorted. Names that are not UTF-8 are not ours and are left out.
func names(in folder: String) throws(SystemError) -> [String] {
    guard let stream = unsafe opendir(folder) else { throw SystemError(call: "opendir", code: errno) }
    defer { unsafe _ = closedir(stream) }
    var names: [String] = []
    while true {
        errno = 0
        guard let entry = unsafe readdir(stream) else {
            if errno != 0 { throw SystemError(call: "readdir", code: errno) }
            return names.sorted()
        }
        let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { tuple in
            unsafe tuple.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(validatingCString: $0) }
        }
        if let name { names.append(name) }
    }
}

private func retrying<Result: FixedWidthInteger & SignedInteger>(
    _ call: String, _ body: () -> Result
) throws(SystemError) -> Result {
    while true {
        let result = body()
        if result >= 0 { return result }
        let code = errno
        if code != EINTR { throw SystemError(call: call, code: code) }
    }
}
