import Foundation

/// What went wrong, for the last line.
struct BenchError: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

/// CPU seconds of a process so far, its ended threads included; 0.01 s apart.
func cpuSeconds(of process: Int32) -> Double {
    guard let text = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8) else { return 0 }
    // After the name, which is in brackets: state is the first field, user and system time are the 12th and 13th.
    let fields = text[text.lastIndex(of: ")")!...].dropFirst(2).split(separator: " ")
    return (Double(fields[11])! + Double(fields[12])!) / Double(sysconf(Int32(_SC_CLK_TCK)))
}

func residentBytes(of process: Int32) -> Int {
    guard let text = try? String(contentsOfFile: "/proc/\(process)/statm", encoding: .utf8) else { return 0 }
    return Int(text.split(separator: " ")[1])! * Int(sysconf(Int32(_SC_PAGESIZE)))
}

/// Seconds from some moment.
func wallSeconds() -> Double { ProcessInfo.processInfo.systemUptime }

/// CPU seconds of the processes that this one has started and that have ended.
func childrenSeconds() -> Double {
    var usage = rusage()
    unsafe getrusage(RUSAGE_CHILDREN.rawValue, &usage)
    return Double(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec)
        + Double(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1e-6
}

/// Prints at once, be the output a file or a terminal.
func say(_ text: String) {
    print(text)
    fflush(nil)
}
