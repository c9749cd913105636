import Commands
import Events
import HTTP
import Telemetry

/// What an aggregator answers about single persons under `--persons-http`, on the loopback interface alone:
/// `GET /persons/KEY`, KEY being the person's key in the timeline, which nobody finds without the secret.
///
/// The loop answers between two turns, from what it has folded; a key is neither logged nor kept.
struct PersonServer {
    /// A turn takes under 100 ms, but for recovery and a stalled broker.
    private static let answerMilliseconds: Int64 = 5_000

    private let question: LoopQuestion<PersonKey, HTTPResponse>
    private let server: HTTPServer

    /// nil where the option was not given.
    /// - Throws: `UsageError`, or `HTTPError` where the port cannot be had.
    init?(_ arguments: Arguments, _ journal: Journal) throws {
        let isTaken = arguments.command.options.contains { $0.name == Option.persons.name }
        guard isTaken, let port = try arguments.integer(Option.persons.name, in: 0...65_535) else { return nil }
        let question = LoopQuestion<PersonKey, HTTPResponse>()
        self.question = question
        server = try HTTPServer(HTTPAddress("\(port)")!) { request in
            guard let person = PersonKey(path: request.path) else {
                return HTTPResponse(status: 404, "there is /persons/KEY, with 32 hexadecimal digits")
            }
            return question.ask(person, milliseconds: Self.answerMilliseconds)
                ?? HTTPResponse(status: 503, "the aggregator is busy: ask again")
        }
        journal.info(.serving, ["persons": .text("\(server.address)")])
    }

    /// The loop has gone round.
    func round(_ role: any PersonHolder) { question.answer { role.answer(about: $0) } }
}

/// A role that holds what is known of persons.
protocol PersonHolder {
    func answer(about person: PersonKey) -> HTTPResponse
}

extension Aggregator: PersonHolder {
    func answer(about person: PersonKey) -> HTTPResponse {
        let partition = person.partition(of: identity.properties.partitions)
        guard let owned = partitions[partition] else {
            return HTTPResponse(status: 421, "partition \(partition) is not with this aggregator")
        }
        guard !owned.isRecovering else {
            return HTTPResponse(status: 503, "partition \(partition) is being recovered: ask again")
        }
        guard let reading = PersonReading(owned.fold, of: person) else {
            return HTTPResponse(
                status: 404,
                "no live consent: nothing is kept of this person at \(names.timeline)-\(partition)@\(owned.fold.nextOffset)"
            )
        }
        return HTTPResponse(contentType: "application/json", body: reading.json)
    }
}

extension Option {
    static let persons = value(
        "persons-http", "PORT",
        "answer `plainscore features PERSON --live PORT` on 127.0.0.1 (default: no; 0: a free port)")
}
