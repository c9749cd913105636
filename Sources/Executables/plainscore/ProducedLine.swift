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
    /// `reason field: mend`, as its dead letter says it.
    let complaint: String
    /// The topic of the first body member that is named in it, if any: where it goes with `--allow-bad`.
    let topic: RawTopic?
    /// Whose event it is, where that can be told: its key.
    var person: Identifier?
}

/// Reads lines as the consumers would. Asks no broker: the timeline's mode is asked for when a tick comes.
struct LineCheck {
    private let decoder = EventDecoder()
    /// Of the models that are loaded; nil where they are not known.
    private let currencies: [Currency]?

    init(currencies: [Currency]?) { self.currencies = currencies }

    func read(_ line: RawSpan, mode: () throws -> TimelineProperties.Mode) throws -> ProducedLine {
        guard line.byteCount > 0 else { return .blank }
        switch TickLine.read(line) {
        case .other: return event(line)
        case .bad(let mend):
            return .bad(BadLine(complaint: "\(RefusalReason.tickNotAllowed.rawValue) tick: \(mend)", topic: .consents))
        case .tick(let tick):
            switch (try mode(), tick.time) {
            case (.live, .some): return .bad(BadLine(complaint: "\(Refusal.tickStatesTime)", topic: .consents))
            case (.history, nil): return .bad(BadLine(complaint: "\(Refusal.tickWithoutTime)", topic: .consents))
            case (.live, nil), (.history, .some): return .tick(tick)
            }
        }
    }

    private func event(_ line: RawSpan) -> ProducedLine {
        guard line.load(littleEndianAt: 0) == UInt8(ascii: "{") else {
            let refusal = Refusal(.malformedJSON, "", "begin each line with {: it is one event as JSON")
            return .bad(BadLine(complaint: "\(refusal)", topic: nil))
        }
        do throws(Refusal) {
            switch try decoder.decode(line) {
            case .event(let person, let event): return judge(event, of: person)
            case .tick:  // spelled so that `TickLine` did not know it
                return .bad(
                    BadLine(complaint: "\(Refusal(.malformedJSON, "tick", "write {\"tick\":TIME}"))", topic: .consents))
            }
        } catch {
            return .bad(BadLine(complaint: "\(error)", topic: guessedTopic(line)))
        }
    }

    /// The consumers compare an event's time with the broker's stamp, which will be about now.
    private func judge(_ event: Event, of person: Identifier) -> ProducedLine {
        guard event.occurredAt <= wallMilliseconds() + EventRules.datedAheadMaxMilliseconds else {
            return .bad(BadLine(complaint: "\(Refusal.datedAhead)", topic: event.type.topic, person: person))
        }
        return .event(event.type.topic, person: person, doubts: event.doubts(currencies: currencies))
    }

    private func guessedTopic(_ line: RawSpan) -> RawTopic? {
        let text = unsafe line.withUnsafeBytes { unsafe String(decoding: $0, as: UTF8.self) }
        return EventType.allCases.first { text.contains("\"\($0.name)\"") }?.topic
    }
}
