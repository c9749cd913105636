import Events
import Telemetry
import Wire

/// One line of what `plainscore produce` reads, and where it goes.
enum ProducedLine {
    case blank
    case tick(TickLine)
    /// An event that the consumers take, and what looks wrong about it.
    case event(RawTopic, person: Identifier, doubts: [EventDoubt])
    case bad(BadLine)
}

/// A line that the consumers would refuse.
struct BadLine {
    /// All that is wrong with it, up to `Diagnosis.faultsMax`: at least one, as the first one's dead letter says it.
    let faults: [Refusal]
    /// Whether there are faults that are not among them.
    var hasMore = false
    /// The topic of the first body member that is named in it, if any: where it goes with `--allow-bad`.
    let topic: RawTopic?
    /// Whose event it is, where that can be told: its key.
    var person: Identifier?

    /// One line for each fault, without a newline at the end.
    func complaint(line: Int) -> String {
        var lines = faults.map { "line \(line): \($0)" }
        if hasMore { lines.append("line \(line): … and more faults") }
        return lines.joined(separator: "\n")
    }
}

/// Reads lines as the consumers and the fold would: `RawRules` and `Event.isRefusedAsDatedAhead` decide there as well. Asks
/// no broker: the timeline's mode is asked for when a tick comes.
struct LineCheck {
    private let decoder = EventDecoder()
    /// Of the models that are loaded; nil where they are not known.
    private let currencies: [Currency]?
    /// The latest tick that stated a time, ms: in a timeline for history the clock, as far as these lines tell it.
    private var clock: Int64 = 0

    init(currencies: [Currency]?) { self.currencies = currencies }

    mutating func read(_ line: RawSpan, mode: (TickLine) throws -> TimelineProperties.Mode) throws -> ProducedLine {
        guard line.byteCount > 0 else { return .blank }
        switch TickLine.read(line) {
        case .other: break
        case .bad(let mend): return Self.badTick(Refusal(.tickNotAllowed, EventDecoder.tickName, mend))
        case .tick(let tick): return try judge(tick, mode)
        }
        guard line.load(littleEndianAt: 0) == UInt8(ascii: "{") else {
            let mend = ForeignForm(line)?.mend ?? "begin each line with {: it is one event as JSON"
            return .bad(BadLine(faults: [Refusal(.malformedJSON, "", mend)], topic: nil))
        }
        let decoded: Decoded
        do throws(Refusal) {
            decoded = try decoder.decode(line)
        } catch {
            return diagnose(line)
        }
        switch decoded {
        case .tick(let time): return try judge(TickLine(time: time), mode)
        case .event(let person, let event): return judge(event, of: person)
        }
    }

    private mutating func judge(_ tick: TickLine, _ mode: (TickLine) throws -> TimelineProperties.Mode) throws
        -> ProducedLine
    {
        do {
            try RawRules(on: .consents, in: try mode(tick)).check(.tick(time: tick.time))
        } catch let refusal as Refusal {
            return Self.badTick(refusal)
        }
        clock = max(clock, tick.time ?? 0)
        return .tick(tick)
    }

    private static func badTick(_ refusal: Refusal) -> ProducedLine {
        .bad(BadLine(faults: [refusal], topic: .consents))
    }

    private func judge(_ event: Event, of person: Identifier) -> ProducedLine {
        var faults = Self.faults(of: event.type)
        if event.isRefusedAsDatedAhead(of: latestTime) { faults.append(.datedAhead) }
        guard faults.isEmpty else { return .bad(BadLine(faults: faults, topic: event.type.topic, person: person)) }
        return .event(event.type.topic, person: person, doubts: event.doubts(currencies: currencies))
    }

    /// The broker's stamp will be about now.
    private var latestTime: Int64 { max(wallMilliseconds(), clock) }

    private static func faults(of type: EventType) -> [Refusal] {
        do throws(Refusal) {
            try RawRules.check(type, on: nil)
            return []
        } catch {
            return [error]
        }
    }

    /// Cold: reads a line that was refused once more, for all that is wrong with it.
    private func diagnose(_ line: RawSpan) -> ProducedLine {
        let diagnosis = decoder.diagnose(line)
        var faults = diagnosis.faults
        if let type = diagnosis.type { faults += Self.faults(of: type) }
        // A withdrawal may have any date, and whether a faulty consent is one is not known.
        if let time = diagnosis.occurredAt, diagnosis.type != .consent, EventRules.isDatedAhead(time, of: latestTime) {
            faults.append(.datedAhead)
        }
        return .bad(
            BadLine(
                faults: faults, hasMore: diagnosis.hasMore, topic: diagnosis.type?.topic ?? guessedTopic(line),
                person: diagnosis.person))
    }

    private func guessedTopic(_ line: RawSpan) -> RawTopic? {
        let text = unsafe line.withUnsafeBytes { unsafe String(decoding: $0, as: UTF8.self) }
        return EventType.allCases.first { text.contains("\"\($0.name)\"") }?.topic
    }
}
