import Commands
import Events
import HTTP
import Kafka
import Log
import ScorecardFiles
import Scoring
import Snapshots
import Telemetry
import Wire

/// The process around a role: options, signals, the loop, and an exit code that tells the supervisor what to do.
public enum RoleProcess {
    public static func runConsumer(of topic: RawTopic) -> Never {
        run(
            "\(topic.name)-consumer", "reads \(topic.name), checks and keys each event, appends it to the timeline",
            [.secret]
        ) { process in
            let identity = try readControl(process.log, names: process.names)
            let secret = try SecretFile.read(try process.required("secret"))
            if topic == .consents {
                return try ConsentsConsumer(
                    log: process.log, names: process.names, identity: identity, hasher: PersonHasher(secret: secret),
                    instance: process.instance, journal: process.journal, context: process.context)
            }
            return try RawConsumer(
                topic: topic, log: process.log, names: process.names, identity: identity,
                hasher: PersonHasher(secret: secret), instance: process.instance, journal: process.journal,
                context: process.context)
        }
    }

    public static func runAggregator() -> Never {
        run(
            "aggregator", "reads the timeline, folds it and writes what moved to scores",
            [.model, .challenger, .state, .snapshotSeconds, .persons]
        ) { process in
            let options = Aggregator<KafkaLog>.Options(
                snapshotEveryMilliseconds: 1000
                    * Int64(try process.arguments.integer("snapshot-seconds", in: 1...86_400) ?? 30))
            let store = try SnapshotStore(folder: try process.required("state"))
            return try Aggregator(
                log: process.log, names: process.names, identity: try readControl(process.log, names: process.names),
                models: try process.arguments.models(), store: store, instance: process.instance,
                journal: process.journal,
                context: process.context, options: options)
        }
    }

    public static func runPublisher() -> Never {
        run(
            "publisher", "reads scores and publishes each change to those whom a live grant lets see it",
            [.model, .format, .withoutTransactions]
        ) { process in
            let scorecard = try process.scorecard()
            let format = try process.arguments.choice("format", of: ScoreChangeFormat.self) ?? .json
            if process.arguments.flag("without-transactions") {
                process.journal.warning(.withoutTransactions)
                return try Publisher(
                    log: process.log, door: PlainDoor(try process.log.writer(), readers: KafkaReader.self),
                    names: process.names, scorecard: scorecard, format: format, instance: process.instance,
                    journal: process.journal, context: process.context)
            }
            let id = "\(process.names.publisherGroup)-\(process.instance)"
            return try Publisher(
                log: process.log, door: TransactionalDoor(try process.log.transactions(id: id)), names: process.names,
                scorecard: scorecard, format: format, instance: process.instance, journal: process.journal,
                context: process.context)
        }
    }

    private static func run(
        _ name: String, _ summary: String, _ options: [Option], _ make: @escaping @Sendable (Setting) throws -> any Role
    ) -> Never {
        let command = Command(program: name, path: [], summary: summary, options: options + [.instance, .http]) {
            arguments in
            let journal = Journal(role: name, instance: arguments.text("instance") ?? "1")
            StopSignal.install(within: stopSeconds) {
                cutShort(journal, "not at an end \(stopSeconds) s after it was asked to stop")
            }
            journal.info(.started)
            LibraryLines.take { line in
                journal.warning(.kafkaLibrary, ["about": .text(line.facility), "text": .text(line.text)])
            }
            do {
                let status = try StatusServer(arguments, journal)
                let persons = try PersonServer(arguments, journal)
                let role = try make(try Setting(arguments, journal))
                try drive(role, journal, status, persons)
                journal.info(.stopped)
                ExitCode.success.exit()
            } catch {
                if StopSignal.isRaised, let error = error as? LogError, error.kind.mayPass {
                    cutShort(journal, "\(error)")
                }
                let code = exitCode(of: error)
                journal.error(
                    .failed,
                    [
                        "reason": .text("\(error)"), "exitCode": .int(code.rawValue),
                        "restart": .flag(code.isWorthRestart),
                    ])
                code.exit()
            }
        }
        command.runAsProgram()
    }

    /// The end of a process that was asked to stop and cannot end in order. It is a success: a process may be ended at any
    /// instruction, and whoever started it must not take it for one that failed.
    private static func cutShort(_ journal: Journal, _ reason: String) -> Never {
        journal.warning(.stopCutShort, ["reason": .text(reason)])
        ExitCode.success.exit()
    }

    /// How long a role may take to stop, below the 15 to 20 s after which those who start it end it by force.
    private static let stopSeconds = 12

    private static func drive(
        _ role: any Role, _ journal: Journal, _ status: StatusServer?, _ persons: PersonServer?
    ) throws {
        var isReady = false
        let holder = role as? any PersonHolder
        while !StopSignal.isRaised {
            try role.step(waiting: pollMilliseconds)
            status?.round(role)
            if let persons, let holder { persons.round(holder) }
            if !isReady, role.isReady {
                isReady = true
                journal.info(.ready)
            }
        }
        try role.stop()
    }

    /// How long a step waits for work, ms: the time in which a signal is noticed.
    private static let pollMilliseconds = 100

    private static func exitCode(of error: any Error) -> ExitCode {
        switch error {
        case let error as RoleError: error.exitCode
        case let error as SetupError: error.kind == .wrongSecret ? .wrongSecret : .configuration
        case is UsageError: .usage
        case is HTTPError: .configuration
        case is SnapshotError: .stateFolder
        case is ModelFileError: .wrongModel
        case is SecretFileError: .configuration
        case let error as LogError:
            switch error.kind {
            case .configuration, .missingTopic: .configuration
            case .offsetOutOfRange: .brokenInvariant
            case .fenced, .undelivered, .unavailable, .stalled, .fatal: .failure
            }
        default: .failure
        }
    }
}

extension LogError.Kind {
    /// Whether it says nothing but that the brokers, or other processes, stand in the way just now.
    fileprivate var mayPass: Bool {
        switch self {
        case .fenced, .undelivered, .unavailable: true
        case .missingTopic, .offsetOutOfRange, .stalled, .configuration, .fatal: false
        }
    }
}

/// What the options of a role's command line say.
private struct Setting {
    let arguments: Arguments
    let log: KafkaLog
    let names: TopicNames
    let instance: String
    let journal: Journal
    let context = RoleContext(
        clock: monotonicMilliseconds,
        random: {
            var random = SystemRandomNumberGenerator()
            return random.next()
        })

    init(_ arguments: Arguments, _ journal: Journal) throws {
        self.arguments = arguments
        self.journal = journal
        instance = arguments.text("instance") ?? "1"
        names = TopicNames(prefix: arguments.text("prefix") ?? "")
        log = try KafkaLog(try arguments.kafkaSettings(clientID: "plainscore-\(journal.role)-\(instance)"))
    }

    func required(_ option: String) throws -> String {
        guard let text = arguments.text(option) else { throw UsageError("--\(option) is missing", arguments.command) }
        return text
    }

    func scorecard() throws -> Scorecard { try ModelFile.read(try required("model")) }
}

extension Option {
    fileprivate static let instance = value(
        "instance", "ID", "this process among those of its role (default 1): static membership and transactional id")
    fileprivate static let secret = value("secret", "FILE", "the secret that turns a person reference into a key")
    fileprivate static let state = value("state", "FOLDER", "where snapshots are kept; one process holds it")
    fileprivate static let snapshotSeconds = value("snapshot-seconds", "N", "time between two snapshots (default 30)")
    fileprivate static let format = value(
        "format", "json|protobuf", "how score changes are written (default json); subscribers tell by the first byte")
    fileprivate static let withoutTransactions = flag(
        "without-transactions", "plain commits after delivery, for a broker that knows no transactions")
}
