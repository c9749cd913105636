import Events
import Log
import Scoring

/// Appends a record to `control` that says that it is at least `time`, ms. The consents consumer carries it to every timeline
/// partition; from there on ticks up to that time, and one step further, are followed.
/// - Throws: `SetupError` where there is no timeline, it is one whose clock is told, or nobody would carry the record;
///   `LogError`.
public func acceptClock<L: Log>(_ log: L, names: TopicNames, upTo time: Int64) throws {
    let properties = try readControl(log, names: names).properties
    guard properties.clockStepMilliseconds != nil else {
        throw SetupError(
            .configuration,
            properties.mode == .history
                ? "this timeline is for history: its clock is told by ticks, and each is followed"
                : "this timeline was made before jumps of the clock were held up: each tick is followed")
    }
    try requireControlConsumer(log, names: names)
    try appendControl(.clock(accepted: time), log, names: names)
}

/// - Throws: `SetupError` where no consumer would carry a record of `control` to the timeline; `LogError`.
func requireControlConsumer<L: Log>(_ log: L, names: TopicNames) throws {
    let group = names.consumerGroup(.control)
    guard try log.committed(group: group, topic: names.raw(.control)).first?.offset != nil else {
        throw SetupError(
            .configuration,
            "group '\(group)' has no place in '\(names.raw(.control))', so nobody would carry the record: this timeline was "
                + "made before there were any. Run `plainscore topics create`, which adds what is missing, start the consents "
                + "consumer anew, and give this command again")
    }
}
