import Events
import Log
import Telemetry
import Wire

/// The consumer of consents, and beside it that of `control`: who decides and what speaks come into the timeline by one
/// process. Each has a group, committed offsets and a writer of its own, so what is said of `RawConsumer` holds for both;
/// of several processes one has `control`'s one partition.
public final class ConsentsConsumer<L: Log>: Role {
    private let consents: RawConsumer<L>
    private let control: RawConsumer<L>

    public init(
        log: L, names: TopicNames, identity: TimelineIdentity, hasher: PersonHasher, instance: String,
        journal: Journal, context: RoleContext
    ) throws {
        func consumer(_ topic: RawTopic) throws -> RawConsumer<L> {
            try RawConsumer(
                topic: topic, log: log, names: names, identity: identity, hasher: hasher, instance: instance,
                journal: journal, context: context)
        }
        consents = try consumer(.consents)
        control = try consumer(.control)
    }

    public func step(waiting milliseconds: Int) throws {
        try control.step(waiting: 0)
        try consents.step(waiting: milliseconds)
    }

    public func stop() throws {
        try control.stop()
        try consents.stop()
    }

    public var isReady: Bool { consents.isReady && control.isReady }

    /// Those of consents: `control` holds a handful of records.
    public func measures() -> RoleMeasures {
        var measures = consents.measures()
        measures.isReady = measures.isReady && control.measures().isReady
        return measures
    }
}
