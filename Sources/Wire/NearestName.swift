/// The name that was meant, where that can be told: the one that is spelled alike but for case, blanks, dashes and
/// underscores, or else the one that the fewest changes lead to. Cold: for messages alone.
///
/// A change is a letter put in, left out, replaced or exchanged with its neighbour. At most one in three letters may change.
func nearestName(to name: String, among names: [String]) -> String? {
    let sought = lettersAndDigits(name)
    guard !sought.isEmpty, sought.count <= nameBytesMax else { return nil }
    var nearest: (name: String, changes: Int)?
    for candidate in names {
        let letters = lettersAndDigits(candidate)
        // A bad record costs a consumer time. Most candidates fail by their length alone, which is less of it.
        let changesMax = min(sought.count, letters.count) / 3
        guard abs(sought.count - letters.count) <= changesMax else { continue }
        let changes = changes(from: sought, to: letters)
        guard changes <= changesMax, changes < nearest?.changes ?? .max else { continue }
        nearest = (candidate, changes)
    }
    return nearest?.name
}

/// The enum value that was meant. Generated code often puts the enum's name in front (`STATUS_PAID`).
func nearestValue(to text: String, among names: [String]) -> String? {
    let capitals = text.uppercased()
    return names.first { capitals.hasSuffix("_" + $0) || capitals.hasSuffix("." + $0) }
        ?? nearestName(to: text, among: names)
}

/// Longer names are near to none.
private let nameBytesMax = 64

private func lettersAndDigits(_ name: String) -> [UInt8] {
    name.lowercased().utf8.filter { byte in
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }
}

/// Optimal string alignment: rows of the table of all prefixes, the present one and the two before it.
private func changes(from left: [UInt8], to right: [UInt8]) -> Int {
    var beforeLast: [Int] = []
    var last = Array(0...right.count)
    for row in left.indices {
        var present = [row + 1]
        for column in right.indices {
            let replaced = last[column] + (left[row] == right[column] ? 0 : 1)
            var least = min(replaced, last[column + 1] + 1, present[column] + 1)
            if row > 0, column > 0, left[row] == right[column - 1], left[row - 1] == right[column] {
                least = min(least, beforeLast[column - 1] + 1)
            }
            present.append(least)
        }
        beforeLast = last
        last = present
    }
    return last[right.count]
}
