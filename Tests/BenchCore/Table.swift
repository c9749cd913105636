import Foundation

/// What was measured at one rate.
struct Column {
    let rate: Int
    let persons: Int
    /// Of the horizon, of all persons.
    var events = 0
    var plain = Rounds()
    var nanosecondsPerEvent = Rounds()
    var allocationsPerEvent = 0.0
    var resultsPerEvent = 0.0
    var nanosecondsPerRoll = Rounds()
    var millisecondsPerDayOfMillion = Rounds()
    var rolledPerDay = 0.0
    var bytesPerPerson = 0.0
    var bytesPerEvent = 0.0
    /// Of all persons and events, as they grew and after a snapshot was loaded.
    var grownBytes = 0.0
    var recoveredBytes = 0.0
    /// Of the pages of the persons' arrays, what is in use, once grown.
    var liveShare = 0.0
    var payloadBytesPerEvent = 0.0
    var packedBytesPerEvent = 0.0
    var cutMilliseconds = 0.0
    var holdUpMilliseconds = Rounds()
    var holdUpWallMillisecondsMost = 0.0
    var writeMegabytesPerSecond = 0.0
    var readMegabytesPerSecond = 0.0
    var loadMegabytesPerSecond = 0.0

    init(rate: Int, persons: Int) {
        self.rate = rate
        self.persons = persons
    }
}

/// One row for each thing, one column for each rate.
func printTable(_ title: String, _ columns: [Column]) {
    let rows: [(String, (Column) -> String)] = [
        ("persons", { "\($0.persons)" }),
        ("events of the last 800 days, a person", { one(Double($0.events) / Double($0.persons)) }),
        ("fold an event: decode, windows, score, ns", { both($0.nanosecondsPerEvent) }),
        ("  plain C scan of a year, ns", { both($0.plain) }),
        ("  fold : plain C, by the medians", { two($0.nanosecondsPerEvent.median / $0.plain.median) }),
        ("  heap allocations an event", { three($0.allocationsPerEvent) }),
        ("  results an event", { three($0.resultsPerEvent) }),
        ("roll-off, hourly ticks, ns a due moment", { both($0.nanosecondsPerRoll) }),
        ("a day without events, ms, scaled to 1 million persons", { both($0.millisecondsPerDayOfMillion) }),
        ("  due that day, a person", { two($0.rolledPerDay) }),
        ("resident bytes a person with a grant, no events", { one($0.bytesPerPerson) }),
        ("resident bytes an event of the last 800 days", { one($0.bytesPerEvent) }),
        (
            "resident, of 256 bytes a person and 24 an event: grown / recovered",
            {
                let target = Double($0.persons * 256 + $0.events * 24)
                return "\(two($0.grownBytes / target)) / \(two($0.recoveredBytes / target))"
            }
        ),
        ("  of the persons' pages in use, grown, %", { one(100 * $0.liveShare) }),
        ("snapshot: payload bytes an event", { one($0.payloadBytesPerEvent) }),
        ("  packed bytes an event", { one($0.packedBytesPerEvent) }),
        (
            "  fold held up, longest, ms of CPU / on the wall",
            {
                "\(one($0.holdUpMilliseconds.most)) / \(one($0.holdUpWallMillisecondsMost))"
            }
        ),
        (
            "  of these the cut itself, ms; scaled to 1 million",
            {
                "\(two($0.cutMilliseconds)); \(one($0.cutMilliseconds * 1e6 / Double($0.persons)))"
            }
        ),
        (
            "  all slices together, ms of CPU (slices)",
            {
                "\(one($0.holdUpMilliseconds.values.reduce(0, +))) (\($0.holdUpMilliseconds.values.count - 1))"
            }
        ),
        ("  written while the fold goes on, MB/s of payload", { one($0.writeMegabytesPerSecond) }),
        (
            "  read and unpacked / and made a fold, MB/s",
            {
                "\(one($0.readMegabytesPerSecond)) / \(one($0.loadMegabytesPerSecond))"
            }
        ),
    ]
    let nameWidth = rows.map(\.0.count).max()!
    let cells = rows.map { row in columns.map(row.1) }
    let widths = columns.indices.map { column in
        max(cells.map { $0[column].count }.max()!, "\(columns[column].rate)".count)
    }
    print("\n\(title)")
    printRow("", columns.map { "\($0.rate)" }, nameWidth, widths)
    for (row, cells) in zip(rows, cells) { printRow(row.0, cells, nameWidth, widths) }
}

private func printRow(_ name: String, _ cells: [String], _ nameWidth: Int, _ widths: [Int]) {
    let padded = zip(cells, widths).map { String(repeating: " ", count: $1 - $0.count) + $0 }
    print(
        name.padding(toLength: nameWidth, withPad: " ", startingAt: 0), padded.joined(separator: "  "), separator: "  ")
}

private func both(_ rounds: Rounds) -> String {
    rounds.values.isEmpty ? "-" : String(format: "%.0f / %.0f", rounds.least, rounds.median)
}

private func one(_ value: Double) -> String { String(format: "%.1f", value) }
private func two(_ value: Double) -> String { String(format: "%.2f", value) }
private func three(_ value: Double) -> String { String(format: "%.3f", value) }
