import Glibc

/// Whether others than owner and group can do something with a folder: put files into it that are taken for its owner's, or
/// come into it, which each folder on the way from the root must let them.
///
/// A sticky folder is one in which nobody can replace another's file; a container's volume is often made so, in a folder
/// that nobody else can enter.
func isOpenToAll(_ path: String) throws(SystemError) -> Bool {
    let mode = try permissions(of: path)
    if mode & S_IWOTH != 0, mode & S_ISVTX == 0 { return true }
    guard mode & S_IRWXO != 0 else { return false }
    guard let rest = unsafe realpath(path, nil) else { throw SystemError(call: "realpath", code: errno) }
    defer { unsafe free(rest) }
    var folder = Substring(unsafe String(cString: rest))
    while let slash = folder.lastIndex(of: "/") {
        folder = folder[..<slash]
        if try permissions(of: folder.isEmpty ? "/" : String(folder)) & S_IXOTH == 0 { return false }
    }
    return true
}

private func permissions(of path: String) throws(SystemError) -> mode_t {
    var status = stat()
    guard unsafe stat(path, &status) == 0 else { throw SystemError(call: "stat", code: errno) }
    return status.st_mode
}
