import Events
import Foundation
import Log
import Pipeline
import ScorecardFiles
import Scoring
import SimulatedLog
import Snapshots
import Telemetry
import TestTimeline
import Testing
import Wire

/// All seven roles on a simulated log, stepped by a seed, with crashes at any call to the log.
final class SimulatedPipeline {
    let cluster: SimulatedCluster
    let names = TopicNames(prefix: "")
    let identity: TimelineIdentity
    /// What the aggregators run; the publishers have the one that speaks.
    var loaded: Models
    var scorecard: Scorecard { loaded.speaking }
    /// In which publishers that start from now on write.
    var format: ScoreChangeFormat = .json
    let hasher = PersonHasher(secret: Array(repeating: 7, count: 32))
    let folder: URL
    private let journalFile: Int32
    private let snapshotEveryMilliseconds: Int64
    /// Where slices of the aggregators' batches end; nil as by default. The clock stands still within a step.
    private let slice: (records: Int, milliseconds: Int64)?
    private var random: SeededRandom
    private var roles: [Name: any Role] = [:]
    private var milliseconds: Int64 = 0
    private(set) var crashes = 0

    enum Name: Hashable {
        case consumer(RawTopic)
        case aggregator(Int)
        case publisher(Int)

        var text: String {
            switch self {
            case .consumer(let topic): topic.name
            case .aggregator(let number): "aggregator-\(number)"
            case .publisher(let number): "publisher-\(number)"
            }
        }
    }

    static let all: [Name] = RawTopic.events.map(Name.consumer) + [.aggregator(1), .publisher(1)]
    static let withSeconds: [Name] = all + [.aggregator(2), .publisher(2)]

    init(
        seed: UInt64, mode: TimelineProperties.Mode = .history, snapshotEveryMilliseconds: Int64 = 500,
        challengers: [Scorecard] = [], rollsPerRecord: Int32? = nil,
        slice: (records: Int, milliseconds: Int64)? = nil
    ) throws {
        self.slice = slice
        self.snapshotEveryMilliseconds = snapshotEveryMilliseconds
        random = SeededRandom(seed: seed)
        cluster = SimulatedCluster(seed: seed)
        loaded = try Models(speaking: try modelFile("uci-max"), challengers: challengers)
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("plainscore-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
        journalFile = unsafe open(
            folder.appendingPathComponent("journal").path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        var properties = TimelineProperties.example
        properties.mode = mode
        properties.partitions = 3
        if let rollsPerRecord { properties.rollsPerRecord = rollsPerRecord }
        properties.rawPartitions = [2, 2, 2, 2, 2]
        identity = TimelineIdentity(properties: properties, secretFingerprint: hasher.fingerprint)
        createTopics()
    }

    deinit {
        cluster.discard()
        close(journalFile)
        try? FileManager.default.removeItem(at: folder)
    }

    private func createTopics() {
        cluster.now = day(20_000)
        for topic in RawTopic.events { cluster.createTopic(names.raw(topic), partitions: 2) }
        cluster.createTopic(names.raw(.control), partitions: 1)
        cluster.append(
            names.raw(.control), partition: 0, key: nil, value: ControlRecord.properties(identity.properties).encode())
        cluster.commitOffset(
            group: names.consumerGroup(.control), topic: names.raw(.control), partition: 0, offset: 0, metadata: "")
        let partitions = identity.properties.partitions
        for topic in [names.timeline, names.scores] + Purpose.allCases.map(names.scoreChanges) {
            cluster.createTopic(topic, partitions: partitions)
        }
        cluster.createTopic(names.deadLetters, partitions: 2)
        for partition in 0..<2 as Range<Int32> {
            for topic in RawTopic.events {
                cluster.commitOffset(
                    group: names.consumerGroup(topic), topic: names.raw(topic), partition: partition, offset: 0,
                    metadata: "")
            }
        }
        for partition in 0..<partitions {
            cluster.commitOffset(
                group: names.aggregatorGroup, topic: names.timeline, partition: partition, offset: 0, metadata: "")
            cluster.commitOffset(
                group: names.publisherGroup, topic: names.scores, partition: partition, offset: 0,
                metadata: OffsetMetadata.zero.text)
            var key: [UInt8] = []
            let source = Coordinates(topic: .control, partition: 0, offset: 0)
            TimelineRecord.key(source: source, random: 0, into: &key)
            var value: [UInt8] = []
            TimelineRecord(source: source, appendedAt: 0, content: .properties(identity.properties))
                .encode(key: unsafe key.span.bytes, partition: partition, into: &value)
            cluster.append(names.timeline, partition: partition, key: key, value: value)
        }
    }

    // MARK: - Producing

    func produce(_ event: Event, of person: String) {
        produce(EventEncoder.json(person: Identifier(person)!, event: event), to: event.type.topic, key: person)
    }

    func produce(_ bytes: [UInt8]?, to topic: RawTopic, key: String) {
        cluster.append(names.raw(topic), key: Array(key.utf8), value: bytes)
    }

    /// Without a key.
    func append(_ bytes: [UInt8], to topic: RawTopic) {
        cluster.append(names.raw(topic), partition: 0, key: nil, value: bytes)
    }

    func tick(_ time: Int64) {
        for partition in 0..<2 as Range<Int32> {
            cluster.append(names.raw(.consents), partition: partition, key: nil, value: EventEncoder.tick(time))
        }
    }

    // MARK: - Running

    /// Steps roles at random until nothing is left to do; with `crashPercent` a role is armed to crash in one of its next
    /// calls to the log before a step, with `zombiePercent` one falls silent and works on while others have taken over,
    /// until it hears again. A role that is gone is started anew; where nothing goes wrong any more, all are at work at the end.
    func run(crashPercent: Int = 0, zombiePercent: Int = 0, names: [Name] = SimulatedPipeline.all) throws {
        var quiet = 0
        var zombies: Set<Name> = []
        while quiet < 40 {
            milliseconds += 50
            let name = names.randomElement(using: &random)!
            let role = try roles[name] ?? start(name)
            if zombies.contains(name) {
                if Int.random(in: 0..<6, using: &random) == 0 {
                    zombies.remove(name)
                    cluster.resume(name.text)
                }
            } else if Int.random(in: 0..<100, using: &random) < zombiePercent {
                zombies.insert(name)
                cluster.pause(name.text)
            }
            if Int.random(in: 0..<100, using: &random) < crashPercent {
                cluster.crash(name.text, afterCalls: Int.random(in: 0..<12, using: &random))
            }
            let before = progress(of: names)
            do {
                try role.step(waiting: 0)
            } catch let error as LogError where cluster.isCrashed(name.text) || error.kind == .fenced {
                crashes += 1
                if !cluster.isCrashed(name.text) { cluster.crash(name.text) }
                roles[name] = nil
                zombies.remove(name)
            }
            let isSettled = crashPercent + zombiePercent > 0 || names.allSatisfy { roles[$0]?.isReady == true }
            quiet = zombies.isEmpty && isSettled && progress(of: names) == before && isDone(names) ? quiet + 1 : 0
        }
    }

    func stop() throws {
        for name in Self.withSeconds {
            guard let role = roles.removeValue(forKey: name) else { continue }
            defer { cluster.crash(name.text) }  // the process ends, and its name is free
            do {
                try role.stop()
            } catch let error as LogError {
                // A crash that was armed may come as late as this; nothing else may.
                guard cluster.isCrashed(name.text) else { throw error }
            }
        }
    }

    private func start(_ name: Name) throws -> any Role {
        let log = cluster.connect(name.text)
        let journal = Journal(role: name.text, instance: "1", descriptor: journalFile)
        let context = RoleContext(
            clock: { [unowned self] in milliseconds }, random: { [unowned self] in random.next() }, pause: { _ in })
        let role: any Role =
            switch name {
            case .consumer(.consents):
                try ConsentsConsumer(
                    log: log, names: names, identity: identity, hasher: hasher, instance: "1", journal: journal,
                    context: context)
            case .consumer(let topic):
                try RawConsumer(
                    topic: topic, log: log, names: names, identity: identity, hasher: hasher, instance: "1",
                    journal: journal, context: context)
            case .aggregator(let number):
                try Aggregator(
                    log: log, names: names, identity: identity, models: loaded,
                    store: try SnapshotStore(folder: folder.appendingPathComponent("\(number)").path),
                    instance: "\(number)", journal: journal, context: context,
                    options: .init(
                        snapshotEveryMilliseconds: snapshotEveryMilliseconds, worksAside: false,
                        sliceRecords: slice?.records ?? 5_000, sliceMilliseconds: slice?.milliseconds ?? 20))
            case .publisher(let number):
                try Publisher(
                    log: log, door: TransactionalDoor(try log.transactions(id: "publisher-\(number)")), names: names,
                    scorecard: scorecard, format: format, instance: "\(number)", journal: journal, context: context)
            }
        roles[name] = role
        return role
    }

    /// All that the roles have written to their journals.
    func journalText() throws -> String {
        try String(contentsOf: folder.appendingPathComponent("journal"), encoding: .utf8)
    }

    /// The committed offset of the aggregator in each partition.
    func aggregatorOffsets() -> [CommittedOffset] {
        (0..<identity.properties.partitions).map {
            cluster.committedOffset(group: names.aggregatorGroup, topic: names.timeline, partition: $0)
        }
    }

    private func progress(of names: [Name]) -> [Int64] {
        groups(of: names).flatMap { group, topic, partitions in
            (0..<partitions).map { cluster.committedOffset(group: group, topic: topic, partition: $0).offset ?? -1 }
        }
    }

    private func isDone(_ names: [Name]) -> Bool {
        groups(of: names).allSatisfy { group, topic, partitions in
            (0..<partitions).allSatisfy { partition in
                let end = (cluster.records(topic, partition).last?.offset ?? -1) + 1
                return cluster.committedOffset(group: group, topic: topic, partition: partition).offset == end
            }
        }
    }

    /// What the roles named read.
    private func groups(of roles: [Name]) -> [(group: String, topic: String, partitions: Int32)] {
        let partitions = identity.properties.partitions
        let control = (names.consumerGroup(.control), names.raw(.control), Int32(1))
        return (roles.contains(.consumer(.consents)) ? [control] : [])
            + roles.map { role in
                switch role {
                case .consumer(let topic): (names.consumerGroup(topic), names.raw(topic), 2)
                case .aggregator: (names.aggregatorGroup, names.timeline, partitions)
                case .publisher: (names.publisherGroup, names.scores, partitions)
                }
            }
    }

    // MARK: - What came of it

    /// What a read-committed subscriber of `purpose` gets, per partition.
    func published(_ purpose: Purpose) -> [[PartitionReplay.Change]] {
        (0..<identity.properties.partitions).map { partition in
            cluster.records(names.scoreChanges(purpose), partition).map {
                .init(purpose: purpose, key: $0.key!, value: $0.value!)
            }
        }
    }

    /// The results in `scores` by partition, repeats dropped.
    func scored() throws -> [[UInt8]] {
        try (0..<identity.properties.partitions).map { partition in
            var bytes: [UInt8] = []
            var last: UInt64 = 0
            for record in cluster.records(names.scores, partition) {
                let results = try ScoresRecord.results(
                    key: unsafe record.key!.span.bytes, value: unsafe record.value!.span.bytes, partition: partition)
                var start = 0
                while start < results.byteCount {
                    let end = start + 4 + Int(results.load(littleEndianAt: start, as: UInt32.self))
                    let sequence: UInt64 = results.load(littleEndianAt: start + 20)
                    if sequence > last { bytes.append(span: results.extracting(start..<end)) }
                    last = max(last, sequence)
                    start = end
                }
            }
            return bytes
        }
    }

    /// The state of a partition that an aggregator left in its newest snapshot when it stopped.
    func stoppedState(_ partition: Int32) throws -> [UInt8]? {
        for number in 1...2 {
            let store = try SnapshotStore(folder: folder.appendingPathComponent("\(number)").path)
            let end = try #require(cluster.records(names.timeline, partition).last).offset + 1
            let newest = try store.candidates(topic: names.timeline, partition: partition, notAbove: end).first
            if let newest, newest.offset == end { return try store.read(newest) }
        }
        return nil
    }

    /// The same timeline records folded in this process, in one go.
    struct Replayed {
        var changes: [[PartitionReplay.Change]] = []
        var results: [[UInt8]] = []
        var states: [[UInt8]] = []
        var outcomes: [Outcomes] = []
    }

    /// With all models, or as if others had been loaded.
    func replayed(_ others: Models? = nil, format: ScoreChangeFormat = .json) throws -> Replayed {
        var replayed = Replayed()
        for partition in 0..<identity.properties.partitions {
            var replay = PartitionReplay(partition: partition, models: others ?? loaded, format: format)
            var changes: [PartitionReplay.Change] = []
            var results: [UInt8] = []
            for record in cluster.records(names.timeline, partition) {
                let step = try replay.take(
                    offset: record.offset, key: unsafe record.key!.span.bytes, value: unsafe record.value!.span.bytes)
                changes += step.changes
                results += step.results
            }
            var state: [UInt8] = []
            replay.fold.encodeState(into: &state)
            replayed.changes.append(changes)
            replayed.results.append(results)
            replayed.states.append(state)
            replayed.outcomes.append(replay.fold.outcomes)
        }
        return replayed
    }
}

let models = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("../../deploy/models").standardizedFileURL

/// A card that ships, by name.
func modelFile(_ name: String) throws -> Scorecard {
    try ModelFile.read(models.appendingPathComponent("\(name).pmml").path)
}
