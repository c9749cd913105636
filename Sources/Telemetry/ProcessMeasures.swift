import Glibc

/// What the system says of this process, asked when it is called: from any thread, some 20 µs.
public struct ProcessMeasures: Sendable {
    public var residentBytes: Int64?
    /// What it may have at most: the control group's limit, or all of the machine's memory.
    public var memoryLimitBytes: Int64?
    public var cpuMilliseconds: Int64?
    public var openFiles: Int?

    /// Of this process, now. What the system does not tell is nil.
    public init() {
        // Pages: the whole address space, then what is resident of it.
        residentBytes = firstNumbers("/proc/self/statm").dropFirst().first.map {
            $0 * Int64(sysconf(Int32(_SC_PAGESIZE)))
        }
        memoryLimitBytes = Self.controlGroupLimit ?? Self.machineBytes
        var time = timespec()
        if unsafe clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time) == 0 {
            cpuMilliseconds = Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
        }
        openFiles = Self.entries("/proc/self/fd")
    }

    public func write(to text: inout MetricsText) {
        text.single("process_resident_memory_bytes", .gauge, "Resident memory.", residentBytes)
        text.single(
            "plainscore_memory_limit_bytes", .gauge, "The control group's limit, or the machine's memory.",
            memoryLimitBytes)
        if let cpuMilliseconds {
            text.family("process_cpu_seconds_total", .counter, "CPU time, user and system.")
            text.series([], thousandths: cpuMilliseconds)
        }
        text.single("process_open_fds", .gauge, "Open file descriptors.", openFiles)
    }

    /// `max` where there is none; in version 1 of control groups an absurdly large number.
    private static var controlGroupLimit: Int64? {
        for path in ["/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"] {
            if let limit = firstNumbers(path).first, limit < machineBytes ?? .max { return limit }
        }
        return nil
    }

    private static var machineBytes: Int64? {
        let pages = sysconf(Int32(_SC_PHYS_PAGES))
        return pages > 0 ? Int64(pages) * Int64(sysconf(Int32(_SC_PAGESIZE))) : nil
    }

    private static func entries(_ path: String) -> Int? {
        guard let folder = unsafe opendir(path) else { return nil }
        defer { unsafe closedir(folder) }
        var count = 0
        while let entry = unsafe readdir(folder) {
            if unsafe entry.pointee.d_name.0 != CChar(UInt8(ascii: ".")) { count += 1 }
        }
        return count - 1  // the folder itself
    }
}

/// The numbers that a short file of the system begins with.
private func firstNumbers(_ path: String) -> [Int64] {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return [] }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: 256)
    let count = unsafe bytes.withUnsafeMutableBytes { unsafe read(descriptor, $0.baseAddress, $0.count) }
    let words = String(decoding: bytes.prefix(max(0, count)), as: UTF8.self).split { $0 == " " || $0 == "\n" }
    return words.prefix { Int64($0) != nil }.compactMap { Int64($0) }
}
