import PlainScan
import TestTimeline

/// The same number of events of the same persons through the plain scan in C.
struct PlainBench {
    let persons: Int
    let rate: Int
    let options: Options

    func run() -> Rounds {
        let capacity = rate * 13 * 3 / 2 + 24
        guard let all = unsafe plain_persons(Int32(persons), Int32(capacity)) else { return Rounds() }
        defer { unsafe plain_free(all, Int32(persons)) }
        var random = SeededRandom(seed: 2)
        var day = 18_000.0
        let gap = 30 / Double(persons * rate)
        var picked: [(person: Int, event: plain_event)] = []
        func pick(_ count: Int) {
            picked.removeAll(keepingCapacity: true)
            for _ in 0..<count {
                day += gap
                let due = Int64(1_000 + random.next() % 100_000)
                let event = plain_event(
                    due: due, paid: Int32(random.next() % 30 == 0 ? due / 2 : due), day: Int32(day),
                    late: random.next() % 20 == 0 ? Int32(random.next() % 60) : 0, identity: 0)
                picked.append((Int(random.next() % UInt64(persons)), event))
            }
        }
        func add() -> Double {
            let start = cpuSeconds()
            for (person, event) in picked { unsafe _ = plain_add(all + person, event) }
            return cpuSeconds() - start
        }
        while day < 18_000 + 370 {
            pick(10_000)
            _ = add()
        }
        var rounds = Rounds()
        for _ in 0..<options.rounds {
            pick(options.eventsPerRound)
            rounds.append(add() * 1e9 / Double(options.eventsPerRound))
        }
        return rounds
    }
}
