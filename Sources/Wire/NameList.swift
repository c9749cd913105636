internal import Glibc

/// Names that are looked up by their bytes: no String, no hash, no allocation.
struct NameList: Sendable {
    private let bytes: [UInt8]
    private let ends: [Int]

    init(_ names: [String]) {
        var bytes: [UInt8] = []
        var ends: [Int] = []
        for name in names {
            bytes.append(contentsOf: name.utf8)
            ends.append(bytes.count)
        }
        self.bytes = bytes
        self.ends = ends
    }

    var count: Int { ends.count }

    subscript(index: Int) -> String { String(decoding: bytes[start(index)..<ends[index]], as: UTF8.self) }

    /// The place of `name`, sought from `guess` on and around: members in the schema's order are found at once.
    func index(of name: RawSpan, guess: Int = 0) -> Int? {
        unsafe name.withUnsafeBytes { name in
            unsafe bytes.withUnsafeBytes { bytes in
                for step in 0..<count {
                    let index = guess + step < count ? guess + step : guess + step - count
                    let start = start(index)
                    guard ends[index] - start == name.count else { continue }
                    if unsafe memcmp(name.baseAddress!, bytes.baseAddress! + start, name.count) == 0 { return index }
                }
                return nil
            }
        }
    }

    private func start(_ index: Int) -> Int { index == 0 ? 0 : ends[index - 1] }
}
