import Events
import Glibc
import Kafka
import Log
import Telemetry

/// What a new timeline is to be; nil leaves a property to its default, or in an existing timeline to what it is.
public struct TimelineOptions: Sendable {
    /// Partitions of every topic but `control`, 1 … 1,024 (4).
    public var partitions: Int32?
    /// `history` makes a timeline whose ticks state their time (`live`).
    public var mode: TimelineProperties.Mode?
    public var dayOffset: DayOffset?
    /// K of invariant 4, at least 1.
    public var rollsPerRecord: Int32?
    public var rollsPerTick: Int32?

    public init(
        partitions: Int32? = nil, mode: TimelineProperties.Mode? = nil, dayOffset: DayOffset? = nil,
        rollsPerRecord: Int32? = nil, rollsPerTick: Int32? = nil
    ) {
        self.partitions = partitions
        self.mode = mode
        self.dayOffset = dayOffset
        self.rollsPerRecord = rollsPerRecord
        self.rollsPerTick = rollsPerTick
    }
}

/// Creates what a timeline is missing and returns what was done, a line each; empty where nothing was.
///
/// Order: topics, each group's offset 0, the properties in `control`, the first record of each timeline partition. A
/// crash between any two leaves what a second run completes, and a second run of a complete one changes nothing.
/// - Parameter make: how topics are made where not by `admin`: the embedded broker makes its own.
/// - Throws: `SetupError` when what exists contradicts `options` or has lost records; `LogError`.
public func createTopics(
    _ log: KafkaLog, _ admin: KafkaAdmin, names: TopicNames, _ options: TimelineOptions,
    make: (([TopicPlan]) -> [TopicCreation])? = nil
) throws -> [String] {
    let existing = try admin.topics()
    let control = names.raw(.control)
    let known = try existing[control] == nil ? nil : readControlRecords(log, names: names).properties
    var properties = try known.map { try options.confirmed(by: $0) } ?? options.properties()

    let plans = topicPlans(properties, names: names, brokers: try admin.brokerCount())
    let missing = try missingPlans(of: plans, names, existing, timelineExists: known != nil)
    var done = try missing.isEmpty ? [] : report(make?(missing) ?? admin.create(missing))
    for plan in missing { try awaitLeaders(log, plan) }
    done += try commitStarts(log, admin, properties, names)
    if known == nil {
        for partition in 0..<properties.partitions
        where try log.watermarks(topic: names.timeline, partition: partition).upperBound > 0 {
            throw SetupError(
                .configuration,
                "topic '\(names.timeline)' holds records, but '\(control)' does not say of which timeline: "
                    + "delete the topics of prefix '\(names.prefix)' and create them again")
        }
        try appendControl(.properties(properties), log, names: names)
        properties = try readControl(log, names: names).properties  // another operator's may have come first
        done.append("\(control): timeline \(hexadecimal(properties.identity)), \(properties.mode)")
    }
    return try done + writeFirstRecords(log, properties, names)
}

extension TimelineOptions {
    fileprivate func properties() -> TimelineProperties {
        let partitions = partitions ?? 4
        var properties = TimelineProperties(
            identity: UInt64.random(in: 1...UInt64.max), mode: mode ?? .live, dayOffset: dayOffset ?? .spread,
            partitions: partitions, rawPartitions: RawTopic.events.map { _ in partitions })
        properties.rollsPerRecord = rollsPerRecord ?? properties.rollsPerRecord
        properties.rollsPerTick = rollsPerTick ?? properties.rollsPerTick
        return properties
    }

    /// A timeline's properties are fixed when it is made: an option that says otherwise is an error.
    fileprivate func confirmed(by properties: TimelineProperties) throws -> TimelineProperties {
        func confirm<T: Equatable>(_ what: String, _ asked: T?, _ is: T) throws {
            guard let asked, asked != `is` else { return }
            throw SetupError(
                .configuration,
                "this timeline was made with \(what) \(`is`), not \(asked): that is fixed. Make another one with --prefix"
            )
        }
        try confirm("partitions", partitions, properties.partitions)
        try confirm("mode", mode, properties.mode)
        try confirm("day offset", dayOffset, properties.dayOffset)
        try confirm("rolls per record", rollsPerRecord, properties.rollsPerRecord)
        try confirm("rolls per tick", rollsPerTick, properties.rollsPerTick)
        return properties
    }
}

/// The plans of topics that are not there.
private func missingPlans(
    of plans: [TopicPlan], _ names: TopicNames, _ existing: [String: Int32], timelineExists: Bool
) throws -> [TopicPlan] {
    for plan in plans {
        // Of a timeline that is there `topics check` tells it, with what to do.
        guard !timelineExists, let partitions = existing[plan.name], partitions != plan.partitions else { continue }
        throw SetupError(
            .configuration,
            "topic '\(plan.name)' has \(partitions) partitions, not \(plan.partitions): delete it if it holds nothing, "
                + "or choose another --prefix or --partitions")
    }
    let missing = plans.filter { existing[$0.name] == nil }
    // The properties are written after the topics, so a topic that is missing now was deleted, and its records with it.
    let outputs = Purpose.allCases.map(names.scoreChanges) + [names.deadLetters]
    if timelineExists, let lost = missing.first(where: { !outputs.contains($0.name) }) {
        let raw = RawTopic.events.first { names.raw($0) == lost.name }
        let mend =
            if let raw {
                "`plainscore topics renew \(raw.name)` makes it again and goes on behind what it had"
            } else if lost.name == names.scores {
                "`plainscore topics restore` makes it again, and its results from the timeline"
            } else { "nothing brings it back: make another timeline with --prefix" }
        throw SetupError(.configuration, "topic '\(lost.name)' of this timeline has been deleted: \(mend)")
    }
    return missing
}

func report(_ creations: [TopicCreation]) throws -> [String] {
    try creations.compactMap { creation in
        switch creation.outcome {
        case .created: return "topic \(creation.name) created"
        case .exists: return nil
        case .refused(let reason):
            throw SetupError(.configuration, "topic '\(creation.name)' could not be created: \(reason)")
        }
    }
}

/// A topic is there some time before its partitions have leaders and every broker knows it.
func awaitLeaders(_ log: KafkaLog, _ plan: TopicPlan) throws {
    let deadline = monotonicMilliseconds() + Int64(setupWaitMilliseconds)
    for partition in 0..<plan.partitions {
        while true {
            do throws(LogError) {
                _ = try log.watermarks(topic: plan.name, partition: partition)
                break
            } catch {
                let passes = error.kind == .unavailable || error.kind == .missingTopic
                guard passes, monotonicMilliseconds() < deadline else { throw error }
                usleep(20_000)
            }
        }
    }
}

/// Commits offset 0 where a group has none and its partition has never held a record, or nothing is lost by it.
private func commitStarts(
    _ log: KafkaLog, _ admin: KafkaAdmin, _ properties: TimelineProperties, _ names: TopicNames
) throws -> [String] {
    var done: [String] = []
    for plan in groupPlans(properties, names: names) {
        let absent = try log.committed(group: plan.group, topic: plan.topic)
            .filter { $0.offset == nil && $0.partition < plan.partitions }
        var starts: [CommittedOffset] = []
        let carried = try carriedOver(log, properties, names, plan, absent.map(\.partition))
        for partition in absent.map(\.partition) {
            let kept = try log.watermarks(topic: plan.topic, partition: partition)
            let wasUsed = try plan.topic == names.scores && committedResults(log, names, partition) > 0
            guard kept.upperBound == 0 || plan.mayBeginAgain && kept.lowerBound == 0, !wasUsed,
                !carried.contains(partition)
            else { throw SetupError(.configuration, missingOffset(plan, partition)) }
            starts.append(CommittedOffset(partition: partition, offset: 0, metadata: plan.metadata))
        }
        if starts.isEmpty { continue }
        try admin.commit(group: plan.group, topic: plan.topic, offsets: starts)
        done.append("group \(plan.group) begins at 0 in \(starts.count) of \(plan.partitions) partitions")
    }
    return done
}

/// Those partitions of a raw topic that the timeline has records of: its topic is another one, or its group has expired.
private func carriedOver(
    _ log: KafkaLog, _ properties: TimelineProperties, _ names: TopicNames, _ plan: GroupPlan, _ absent: [Int32]
) throws -> Set<Int32> {
    guard let topic = RawTopic.events.first(where: { names.raw($0) == plan.topic }) else { return [] }
    let raws = Set(absent.map { RawPartition(topic: topic, partition: $0) })
    return Set(try CarriedOver(log, names: names, properties, of: raws).last.keys.map(\.partition))
}

private func missingOffset(_ plan: GroupPlan, _ partition: Int32) -> String {
    "group '\(plan.group)' has no committed offset for \(plan.topic)[\(partition)], which has held records: it is never "
        + "taken for 0. `plainscore topics check` says where it goes on"
}

/// Writes the properties as the first record of each timeline partition that has none, and reads those that are there.
private func writeFirstRecords(_ log: KafkaLog, _ properties: TimelineProperties, _ names: TopicNames) throws
    -> [String]
{
    var empty: [Int32] = []
    for partition in 0..<properties.partitions {
        let kept = try log.watermarks(topic: names.timeline, partition: partition)
        if kept.upperBound == 0 {
            empty.append(partition)
        } else if kept.lowerBound == 0 {
            try checkFirstRecord(log, properties, names, partition)
        }
    }
    if empty.isEmpty { return [] }
    let writer = try log.writer()
    let topic = try writer.topic(names.timeline)
    for partition in empty {
        var key: [UInt8] = []
        var value: [UInt8] = []
        TimelineRecord.key(source: controlPropertiesCoordinates, random: 0, into: &key)
        TimelineRecord(source: controlPropertiesCoordinates, appendedAt: 0, content: .properties(properties))
            .encode(key: unsafe key.span.bytes, partition: partition, into: &value)
        try writer.append(topic, partition: partition, key: unsafe key.span.bytes, value: unsafe value.span.bytes)
    }
    try writer.flush(milliseconds: setupWaitMilliseconds)
    return ["\(names.timeline): first record of \(empty.count) of \(properties.partitions) partitions"]
}

private func checkFirstRecord(
    _ log: KafkaLog, _ properties: TimelineProperties, _ names: TopicNames, _ partition: Int32
) throws {
    try log.read(topic: names.timeline, partition: partition, range: 0..<1) { batch in
        for entry in batch.entries {
            let record = try TimelineRecord(key: batch.key(entry), value: batch.value(entry), partition: partition)
            guard record.content == .properties(properties) else {
                throw SetupError(
                    .configuration,
                    "\(names.timeline)[\(partition)] does not begin with this timeline's properties: its topics were "
                        + "not all made together. Delete those of prefix '\(names.prefix)' and create them again")
            }
        }
    }
}

func hexadecimal(_ number: UInt64) -> String {
    let digits = String(number, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
}
