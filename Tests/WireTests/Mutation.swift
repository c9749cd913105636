import CorpusFiles
import Events
import Wire

/// What mutations begin with: the golden examples and the corpus, in JSON, Protobuf and the framing of a Schema Registry.
struct MutationSeeds {
    let values: [[UInt8]]

    init() throws {
        var values: [[UInt8]] = [Array(#"{"tick":null}"#.utf8), Array(#"{"tick":1114905600000}"#.utf8)]
        for type in EventType.allCases {
            let (json, protobuf) = (try Golden.json(type), try Golden.protobuf(type))
            values += [json, protobuf, [0, 0, 0, 0, 7] + json, [0, 0, 0, 0, 7, 0] + protobuf]
            values += [[0, 0, 0, 0, 7, 2, 0] + protobuf]
        }
        var random = RandomEvents(seed: 21)
        for _ in 0..<64 {
            let (person, event) = try random.event()
            values += [
                EventEncoder.json(person: person, event: event), EventEncoder.protobuf(person: person, event: event),
            ]
        }
        // Long ones cost time and are refused before they are looked at: a few records repeat a seed to that length.
        values += try Corpus.cases().compactMap(\.value).filter { $0.count <= 4_096 }
        self.values = values
    }
}

/// One value, drawn and changed by a seed.
struct Mutation {
    private var generator: SeededGenerator

    init(seed: UInt64) { generator = SeededGenerator(seed: seed &* 0xBF58_476D_1CE4_E5B9) }

    mutating func value(of seeds: MutationSeeds) -> [UInt8] {
        var value = seeds.values[below(seeds.values.count)]
        // One in 16 stays as it is; one in 4,096 grows beyond the largest event.
        if below(16) == 0 { return value }
        if below(4_096) == 0 {
            let times = 70_000 / max(1, value.count)
            return Array(repeatElement(value, count: max(1, times)).joined())
        }
        for _ in 0...below(4) { change(&value, seeds) }
        return value
    }

    private mutating func change(_ value: inout [UInt8], _ seeds: MutationSeeds) {
        guard !value.isEmpty else { return value.append(byte()) }
        let at = below(value.count)
        switch below(12) {
        case 0: value[at] ^= 1 << UInt8(below(8))
        case 1: value[at] = byte()
        case 2: value.insert(byte(), at: at)
        case 3: value.insert(contentsOf: (0..<below(9)).map { _ in byte() }, at: at)
        case 4: value.remove(at: at)
        case 5: value.removeSubrange(at..<min(value.count, at + 1 + below(16)))
        case 6: value.removeLast(value.count - at)  // cut off
        case 7: splice(&value, at, seeds)
        case 8: value.insert(contentsOf: part(of: value), at: at)  // a part once more
        case 9: putNumber(&value, at)
        case 10: putVarint(&value, at)
        default: value.insert(contentsOf: Self.words[below(Self.words.count)], at: at)
        }
    }

    private mutating func splice(_ value: inout [UInt8], _ at: Int, _ seeds: MutationSeeds) {
        let other = seeds.values[below(seeds.values.count)]
        guard !other.isEmpty else { return }
        value = Array(value.prefix(at)) + other.suffix(from: below(other.count))
    }

    private mutating func part(of value: [UInt8]) -> [UInt8] {
        let start = below(value.count)
        let end = min(value.count, start + 1 + below(64))
        let times = below(32) == 0 ? 64 : 1
        return Array(repeatElement(value[start..<end], count: times).joined())
    }

    /// An extreme number in place of the digits that are at or behind `at`.
    private mutating func putNumber(_ value: inout [UInt8], _ at: Int) {
        let isDigit: (UInt8) -> Bool = { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        guard let start = value[at...].firstIndex(where: isDigit) else { return }
        let end = value[start...].firstIndex { !isDigit($0) } ?? value.count
        value.replaceSubrange(start..<end, with: Self.numbers[below(Self.numbers.count)])
    }

    /// An extreme varint over what stands at `at`.
    private mutating func putVarint(_ value: inout [UInt8], _ at: Int) {
        let varint = Self.varints[below(Self.varints.count)]
        value.replaceSubrange(at..<min(value.count, at + 1 + below(varint.count)), with: varint)
    }

    private mutating func byte() -> UInt8 {
        switch below(4) {
        case 0: [0, 1, 0x7F, 0x80, 0xFF, 0x22, 0x5C, 0x7B, 0x7D, 0x0A][below(10)]
        default: UInt8(truncatingIfNeeded: generator.next())
        }
    }

    private mutating func below(_ bound: Int) -> Int { Int(generator.next() % UInt64(bound)) }

    private static let numbers: [[UInt8]] = [
        "0", "-0", "-1", "1", "9223372036854775807", "9223372036854775808", "-9223372036854775808",
        "-9223372036854775809", "18446744073709551615", "18446744073709551616", "2147483648", "4294967296",
        "1e400", "-1e400", "1e-400", "0.5", "1E2", "00", "1234567890123456789012345678901234567890",
        "9007199254740993", "253402300800000", "7258118400000", "7258118399999",
    ].map { Array($0.utf8) }

    private static let varints: [[UInt8]] = [
        [0], [0x7F], [0x80, 0x01], [0xFF, 0xFF, 0xFF, 0xFF, 0x07], [0xFF, 0xFF, 0xFF, 0xFF, 0x0F],
        [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F],
        [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01],
        [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01], [0xFF, 0xFF, 0x03],
    ]

    private static let words: [[UInt8]] = [
        "{", "}", "[", "]", ",", ":", "\"", "\\", "\\u0000", "\\ud800", "null", "true", "{\"tick\":", "\"tick\":0,",
        "\"repayment\":{},", "\"eventId\":\"x\",", "{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{}}}}}}}}}",
        String(repeating: "[", count: 40), String(repeating: " ", count: 200), String(repeating: "x", count: 300),
        "\u{FEFF}", "é", "\u{1F600}", "2199-12-31", "1970-01-01", "2024-02-30", "0000-00-00",
    ].map { Array($0.utf8) }
}
