import Glibc

/// Writes a file that tells of persons: whole, or it is as it was before, and for its owner's eyes alone.
func writePersonalFile(_ path: String, _ text: String) throws(FileError) {
    let unfinished = "\(path).unfinished-\(getpid())"
    let descriptor = unsafe open(unfinished, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw FileError("\(path) cannot be written") }
    defer { close(descriptor) }
    let bytes = Array(text.utf8)
    var written = 0
    while written < bytes.count {
        let count = unsafe bytes.withUnsafeBytes {
            unsafe write(descriptor, $0.baseAddress! + written, $0.count - written)
        }
        if count < 0 && errno != EINTR { throw withdrawn(unfinished, path) }
        written += max(0, count)
    }
    guard unsafe rename(unfinished, path) == 0 else { throw withdrawn(unfinished, path) }
}

private func withdrawn(_ unfinished: String, _ path: String) -> FileError {
    let error = FileError("\(path) cannot be written")
    unsafe _ = unlink(unfinished)
    return error
}
