import AllocationCounter
import Glibc

/// CPU time of this thread, seconds.
func cpuSeconds() -> Double {
    var time = timespec()
    unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
}

/// Time on the wall, seconds from some moment.
func wallSeconds() -> Double {
    var time = timespec()
    unsafe clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
}

/// Resident memory of this process, bytes, after what is free has been given back.
func residentBytes() -> Int {
    allocation_trim()
    // The second number of statm: resident pages.
    let words = text(of: "/proc/self/statm").split(separator: " ")
    return Int(words[1])! * Int(sysconf(Int32(_SC_PAGESIZE)))
}

func loadAverage() -> String {
    text(of: "/proc/loadavg").split(separator: " ").prefix(3).joined(separator: " ")
}

private func text(of path: String) -> String {
    let file = unsafe open(path, O_RDONLY)
    precondition(file >= 0, "\(path) is there on Linux")
    defer { close(file) }
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: 256) { target, count in
        count = max(0, unsafe read(file, target.baseAddress, target.count))
    }
    return String(decoding: bytes, as: UTF8.self)
}

/// Several measurements of one thing.
struct Rounds {
    private(set) var values: [Double] = []

    mutating func append(_ value: Double) { values.append(value) }

    var least: Double { values.min() ?? .nan }
    var most: Double { values.max() ?? .nan }
    var median: Double { values.isEmpty ? .nan : values.sorted()[values.count / 2] }
}
