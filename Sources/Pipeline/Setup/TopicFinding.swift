/// Each kind of thing that `topics check` finds, in the order of its table in deploy/OPERATING.md.
public enum TopicFinding: String, CaseIterable, Sendable {
    case brokerSetting, topicSetting, tooFewCopies, tooManyInSync, noSecret, setUpBrokeOff
    case outputMissing, rawMissing, rawMadeAgain, scoresMissing, timelineMissing, controlLost
    case tooFewPartitions, rawTooManyPartitions, tooManyPartitions
    case timelineEmpty, timelineCut, timelineForeign
    case groupUnused, consumerForgotten, consumerBehind, consumerAhead
    case resultsForgotten, publisherOutside, aggregatorOutside

    public var advice: Advice {
        switch self {
        case .brokerSetting, .topicSetting, .tooFewCopies, .tooManyInSync, .noSecret, .setUpBrokeOff: settings
        case .outputMissing, .rawMissing, .rawMadeAgain, .scoresMissing, .timelineMissing, .controlLost: topics
        case .tooFewPartitions, .rawTooManyPartitions, .tooManyPartitions: partitions
        case .timelineEmpty, .timelineCut, .timelineForeign: timeline
        case .groupUnused, .consumerForgotten, .consumerBehind, .consumerAhead: consumers
        case .resultsForgotten, .publisherOutside, .aggregatorOutside: results
        }
    }
}

// MARK: - Mends that many findings share

private let createTopics = "plainscore topics create{prefix}"
private let renewTopic = "plainscore topics renew {raw}{prefix}"
private let restore = "plainscore topics restore{model}{prefix}"
private let alterConfig =
    "kafka-configs.sh --bootstrap-server {bootstrap} --alter --entity-type topics --entity-name {topic} --add-config {change}"
private let resetOffset =
    "kafka-consumer-groups.sh --bootstrap-server {bootstrap} --group {group} --topic {topic}:{partition} --reset-offsets "
    + "--execute --to-offset {n}"

/// For what nothing brings back.
private let anotherTimeline = "plainscore topics create --prefix {another}"
private let byAnotherTimeline =
    "this timeline: secret, roles and producers move to the prefix, producers send again what they have, and subscribers "
    + "read topics in which each grant begins with number 1. The old topics are left as they are"

extension TopicFinding {
    /// What is added where a partition without a place is not empty.
    static let held = ", which has held records: it is never taken for 0"

    private var settings: Advice {
        switch self {
        case .brokerSetting:
            Advice(
                "broker {broker}: {setting} is {found}, not {wanted}: {why}", lost: "nothing so far",
                mends: ["set {setting}={wanted} in server.properties of broker {broker} and restart it"],
                givesUp: "nothing")
        case .topicSetting:
            Advice(
                "topic '{topic}': {setting} is {found}, not {wanted}",
                lost: "what the broker has deleted or stamped by it",
                mends: [alterConfig], givesUp: "nothing")
        case .tooFewCopies:
            Advice(
                "topic '{topic}' has {copies}, not {wanted}: a lost disk loses records", lost: "nothing so far",
                mends: [
                    "echo '{plan}' > copies.json && kafka-reassign-partitions.sh --bootstrap-server {bootstrap} "
                        + "--reassignment-json-file copies.json --execute"
                ], givesUp: "nothing")
        case .tooManyInSync:
            Advice(
                "topic '{topic}': min.insync.replicas is {found}, and it has {copies}: nothing can be written",
                lost: "nothing: whoever writes waits, and ends with 1", mends: [alterConfig],
                givesUp: "a copy that each write waited for")
        case .noSecret:
            Advice(
                "the timeline has no secret yet: no consumer can name a person", lost: "nothing",
                mends: ["plainscore secret bind FILE{prefix}"], givesUp: "nothing")
        default:
            Advice(
                "the set-up of this timeline broke off: {error}", lost: "nothing", mends: [createTopics],
                givesUp: "nothing")
        }
    }

    private var topics: Advice {
        switch self {
        case .outputMissing:
            Advice(
                "output topic '{topic}' is missing",
                lost: "what it held: nothing that is made again from the timeline goes there "
                    + "(`plainscore replay --into` makes all score changes again under another prefix)",
                mends: [createTopics], givesUp: "what it held, and nothing more")
        case .rawMissing:
            Advice(
                "raw topic '{topic}' is missing",
                lost: "what its consumer had not carried over; the last that it carried over: {carried}",
                mends: [renewTopic],
                givesUp: "what is lost, until producers send it again: whatever counts already counts once")
        case .rawMadeAgain:
            Advice(
                "topic '{topic}' was deleted and made again, or has lost its end: {proof}",
                lost: "what its consumer had not carried over; the last that it carried over: {carried}",
                mends: [renewTopic],
                givesUp: "what is lost, until producers send it again: whatever counts already counts once")
        case .scoresMissing:
            Advice(
                "topic '{topic}' of the results is missing",
                lost:
                    "{n} results that have been published, which `plainscore replay --verify` goes on naming as missing; the "
                    + "timeline makes all others again, with their numbers", mends: [restore], givesUp: "nothing more")
        case .timelineMissing:
            Advice(
                "timeline topic '{topic}' is missing", lost: "the timeline, and with it every state and score",
                mends: [anotherTimeline], givesUp: byAnotherTimeline)
        default:
            Advice(
                "what the timeline is has been lost: {error}",
                lost:
                    "the properties of the timeline, the fingerprint of its secret, and the models that it was switched to",
                mends: [anotherTimeline], givesUp: byAnotherTimeline)
        }
    }

    private var partitions: Advice {
        switch self {
        case .tooFewPartitions:
            Advice(
                "topic '{topic}' has {found} partitions, not {wanted}", lost: "nothing by that",
                mends: ["kafka-topics.sh --bootstrap-server {bootstrap} --alter --topic {topic} --partitions {wanted}"],
                givesUp: "nothing")
        case .rawTooManyPartitions:
            Advice(
                "topic '{topic}' has {found} partitions, not {wanted}: no consumer reads partition {wanted} or above, and Kafka "
                    + "takes none away",
                lost:
                    "{n} records in the partitions that are too many, and what nobody reads before the topic is deleted",
                mends: [
                    "stop the producers of {topic}",
                    "kafka-consumer-groups.sh --bootstrap-server {bootstrap} --group {group} --topic {topic}:{partition} "
                        + "--reset-offsets --execute --to-latest",
                    "start {raw}-consumer, wait until `plainscore lag{prefix}` says 0 for it, and stop it",
                    "kafka-topics.sh --bootstrap-server {bootstrap} --delete --topic {topic}", renewTopic,
                ],
                givesUp:
                    "those records, until producers send them again; and the raw topic's records of 14 days, which the "
                    + "timeline has")
        default:
            Advice(
                "topic '{topic}' has {found} partitions, not {wanted}: nothing is written to the others, and no role starts that "
                    + "is given one", lost: "nothing", mends: [restore], givesUp: "nothing")
        }
    }

    private var timeline: Advice {
        switch self {
        case .timelineEmpty:
            Advice(
                "{timeline}[{partition}] lacks its first record", lost: "nothing: it has held no other",
                mends: [createTopics], givesUp: "nothing")
        case .timelineCut:
            Advice(
                "{timeline}[{partition}] lacks its first record, though consumers have passed records on: what it held is lost",
                lost: "the timeline's records in that partition, and with them its persons' state and scores",
                mends: [anotherTimeline], givesUp: byAnotherTimeline)
        default:
            Advice(
                "{timeline}[{partition}] does not begin with this timeline's properties: its topics were not all made together",
                lost: "the timeline that these topics belonged to", mends: [anotherTimeline], givesUp: byAnotherTimeline
            )
        }
    }

    private var consumers: Advice {
        switch self {
        case .groupUnused:
            Advice(
                "group '{group}' has no committed offset for {topic}[{partition}]",
                lost: "nothing: no record has been there",
                mends: [createTopics], givesUp: "nothing")
        case .consumerForgotten:
            Advice(
                "group '{group}' has no committed offset for {topic}[{partition}]{held}", lost: "nothing: {carried}",
                mends: [resetOffset],
                givesUp: "nothing: what is carried over twice is dropped")
        case .consumerBehind:
            Advice(
                "group '{group}' stands at {offset} in {topic}[{partition}], which holds {kept}: records are lost",
                lost: "{count} records, offsets {offset} to {last}: appended {from} and before {until}",
                mends: [resetOffset],
                givesUp:
                    "those records, until producers send them again; `plainscore outcomes` goes on telling that they are "
                    + "in no class")
        default:
            Advice(
                "group '{group}' stands at {offset} in {topic}[{partition}], which holds {kept}: a tool has set it",
                lost: "nothing: {carried}", mends: [resetOffset],
                givesUp: "nothing: what is carried over twice is dropped")
        }
    }

    private var results: Advice {
        switch self {
        case .resultsForgotten:
            Advice(
                "group '{group}' {state} {topic}[{partition}]{held}",
                lost: "nothing: it goes on at {n}, behind result {number}",
                mends: [restore], givesUp: "nothing: results that are made again carry their numbers, and are dropped")
        case .publisherOutside:
            Advice(
                "group '{group}' stands at {offset} in {topic}[{partition}], which holds {kept}: results are gone from there",
                lost:
                    "nothing: the timeline makes them again, with their numbers; it goes on at {n}, behind result {number}",
                mends: [restore], givesUp: "nothing: results that are made again carry their numbers, and are dropped")
        default:
            Advice(
                "group '{group}' stands at {offset} in {topic}[{partition}], which holds {kept}: records of the timeline are lost",
                lost:
                    "{count} records of the timeline, and with them the state of that partition: nothing is folded over a gap",
                mends: [anotherTimeline], givesUp: byAnotherTimeline)
        }
    }
}
