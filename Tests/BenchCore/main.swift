import Foundation
import ScorecardFiles
import Scoring

// What the core costs: prints one table for each of two cards. See `deploy/bench`.
let options = Options(CommandLine.arguments.dropFirst())
let models = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../../deploy/models")
print(
    """
    Core, one thread, records already in memory. CPU time of the thread, least / median of \(options.rounds) rounds. Events come in \
    order of time, of persons at random, after \(options.historyDays) days of history: each month as many leave each window as come.
    Load average at the start: \(loadAverage()). Plain C: a scan of 24-byte events for the same points, deploy/models/stripped.pmml.
    """)
for (card, content) in [("stripped", Workload.Content.repayments), ("cash-flow", .accounts)] {
    guard options.card == nil || options.card == card else { continue }
    let path = models.appendingPathComponent("\(card).pmml").standardizedFileURL.path
    let scorecard = try ModelFile.read(path)
    var columns: [Column] = []
    for rate in options.rates {
        columns.append(try RateBench(rate: rate, content: content, scorecard: scorecard, options: options).run())
    }
    printTable("deploy/models/\(card).pmml, \(content.rawValue); events a person and 30 days:", columns)
    fflush(nil)
}

/// What the command line asks for.
struct Options {
    var rates = [2, 9, 40, 120]
    var rounds = 9
    var eventsPerRound = 100_000
    /// Events of the whole history of all persons, from which the number of persons follows.
    var historyEvents = 12_000_000
    /// Longer than the horizon, so that events leave it.
    var historyDays = 830
    var persons: Int?
    var card: String?

    init(_ arguments: ArraySlice<String>) {
        var rest = arguments
        while let option = rest.popFirst() {
            switch option {
            case "--quick":
                rounds = 5
                eventsPerRound = 20_000
                historyEvents = 1_200_000
            case "--rate": rates = [Self.number(option, rest.popFirst())]
            case "--persons": persons = Self.number(option, rest.popFirst())
            case "--days": historyDays = Self.number(option, rest.popFirst())
            case "--card": card = rest.popFirst()
            default: Self.stop("\(option) is not known")
            }
        }
        if let card, !["stripped", "cash-flow"].contains(card) { Self.stop("--card takes stripped or cash-flow") }
    }

    private static func number(_ option: String, _ text: String?) -> Int {
        guard let number = text.flatMap({ Int($0) }), (1...100_000_000).contains(number) else {
            stop("\(option) takes a number of at least 1")
        }
        return number
    }

    private static func stop(_ problem: String) -> Never {
        FileHandle.standardError.write(Data("bench-core: \(problem); deploy/bench --help names the options\n".utf8))
        exit(2)
    }
}
