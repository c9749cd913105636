import Commands

/// Which clients of the sample an option asks for: all, the first N, or N drawn by a seed.
struct SampleChoice {
    private let count: Int?
    private let seed: UInt64?

    static let options: [Option] = [
        .value("clients", "N", "only N clients: the first of the file or, with --seed, a draw"),
        .value("seed", "S", "draw the N clients by this number; the same number draws the same clients"),
    ]

    /// - Throws: `UsageError` on a number out of range.
    init(_ arguments: Arguments) throws(UsageError) {
        count = try arguments.integer("clients", in: 1...99_999)
        seed = try arguments.integer("seed", in: 0...Int(Int32.max)).map { UInt64($0) }
    }

    /// How many clients of a file must be read to choose from.
    var readMax: Int { seed == nil ? count ?? .max : .max }

    /// The chosen ones, in their order.
    func callAsFunction<Client>(_ clients: [Client]) -> [Client] {
        guard let count, count < clients.count else { return clients }
        guard let seed else { return Array(clients.prefix(count)) }
        var random = SplitMix64(state: seed)
        var indices = Array(clients.indices)
        for place in 0..<count {  // Fisher and Yates, as far as it is needed
            indices.swapAt(place, place + Int(random.next() % UInt64(indices.count - place)))
        }
        return indices.prefix(count).sorted().map { clients[$0] }
    }
}

/// Source: Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014. The same on every machine,
/// which the system's generators do not promise.
private struct SplitMix64 {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var bits = state
        bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
        bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
        return bits ^ (bits >> 31)
    }
}
