import CorpusFiles
import Events
import Foundation
import Kafka
import Log
import Pipeline
import Scoring
import TestBroker
import Testing

extension PipelineOnARealBroker {
    /// Bad input is data: it ends in dead letters, and the good events around it score as if it were absent.
    @Suite struct BadInputTests {
        @Test func `the corpus ends in dead letters with its reasons, the classes add up, good events score as ever`()
            throws
        {
            let deployment = try Deployment()
            try deployment.startAll()
            let good = try Program.run(["sample", "uci"]).output
            let half = good.split(separator: "\n", omittingEmptySubsequences: false)
            try deployment.plainscore("produce", "-", input: half.prefix(half.count / 2).joined(separator: "\n") + "\n")
            let sent = try sendCorpus(to: deployment)
            try deployment.plainscore("produce", "-", input: half.dropFirst(half.count / 2).joined(separator: "\n"))
            try deployment.plainscore("lag", "--until-zero")

            // Each refused record is one dead letter under its coordinates: the bytes that stand there in the raw topic,
            // with the reason that the file of these bytes names.
            var letters: [String: [UInt8]] = [:]
            for partition in 0..<(try deployment.log.partitionCount(topic: deployment.names.deadLetters)) {
                for record in try deployment.records(deployment.names.deadLetters, partition) {
                    letters[String(decoding: record.key, as: UTF8.self)] = record.value
                }
            }
            #expect(letters.count == sent.count)
            let reasons = try headers(of: "plainscore.reason", in: deployment)
            #expect(counted(reasons.values) == counted(sent.map(\.expectedReason)))
            for topic in RawTopic.events {
                // A null value and an empty one read alike here, so bytes may have more than one reason.
                let expected = Dictionary(grouping: sent.filter { $0.topic == topic.name }) { $0.value ?? [] }
                var met = 0
                for partition in deployment.partitions {
                    for record in try deployment.records(deployment.names.raw(topic), partition) {
                        let place = Coordinates(topic: topic, partition: partition, offset: record.offset).description
                        guard let letter = letters[place] else { continue }
                        met += 1
                        // The fold, which refuses what is dated ahead, has no bytes. Of a record that no event can be as long
                        // as, a dead letter holds the first bytes.
                        let isOfFold = reasons[place] == FoldRefusal.Reason.datedAhead.rawValue
                        let isWhole = record.value.count <= RefusedRecord.keptByteCount
                        let kept = isOfFold ? [] : isWhole ? record.value : Array(record.value.prefix(1_024))
                        #expect(letter == kept, "\(place): \(letter.count) of \(record.value.count) bytes")
                        let allowed = expected[record.value, default: []].map(\.expectedReason)
                        #expect(allowed.contains(reasons[place] ?? ""), "\(place): \(reasons[place] ?? "no reason")")
                    }
                }
                #expect(met == sent.count { $0.topic == topic.name }, "\(topic.name)")
            }
            let mends = try headers(of: "plainscore.mend", in: deployment)
            #expect(mends.count == sent.count && mends.values.allSatisfy { $0.count > 10 })

            let (_, outcomes) = try deployment.replayed()
            var read: Int64 = 0
            for topic in RawTopic.events {
                for partition in deployment.partitions {
                    read += try deployment.log.watermarks(topic: deployment.names.raw(topic), partition: partition)
                        .upperBound
                }
            }
            // A tick is carried to each of four partitions, and so is the record that says what the timeline is.
            let ticks = outcomes[.clock] / 4
            let folded = outcomes.total - outcomes[.clock] - outcomes[.control]
            #expect(outcomes[.datedAhead] > 0)
            #expect(folded - outcomes[.datedAhead] + ticks + UInt64(letters.count) == UInt64(read))
            #expect(ticks == 6 * 4)

            var view = SubscriberView()
            for change in try deployment.published().joined() { try view.take(change.value) }
            #expect(try view.scoresEqualToExpected() == 300)
            #expect(view.faults.isEmpty)
            deployment.stopAll()
        }

        private func sendCorpus(to deployment: Deployment) throws -> [CorpusCase] {
            let cases = try Corpus.cases()
            let writer = try deployment.log.writer()
            let key = Array("somebody".utf8)
            for bad in cases {
                let topic = deployment.names.prefix + bad.topic
                guard let value = bad.value else {
                    try Broker.kafka(
                        "tool", "console-producer", "--bootstrap-server", deployment.servers, "--topic", topic,
                        "--property", "parse.key=true", "--property", "null.marker=NULL", input: "somebody\tNULL\n")
                    continue
                }
                try writer.append(
                    try writer.topic(topic), partition: nil, key: unsafe key.span.bytes, value: unsafe value.span.bytes)
            }
            try writer.flush(milliseconds: 30_000)
            return cases
        }

        /// The value of one header of each dead letter, by its coordinates.
        private func headers(of name: String, in deployment: Deployment) throws -> [String: String] {
            let count = try deployment.partitions.map {
                try deployment.log.watermarks(topic: deployment.names.deadLetters, partition: $0).upperBound
            }.reduce(0, +)
            let printed = try Broker.kafka(
                "tool", "console-consumer", "--bootstrap-server", deployment.servers, "--topic",
                deployment.names.deadLetters, "--from-beginning", "--max-messages", "\(count)", "--property",
                "print.headers=true", "--property", "print.value=false", "--property", "print.key=true", "--property",
                "headers.separator=|")
            var values: [String: String] = [:]
            for line in printed.split(separator: "\n") {
                let parts = line.split(separator: "\t")
                guard parts.count == 2,
                    let header = parts[0].split(separator: "|").first(where: { $0.hasPrefix(name + ":") })
                else { continue }
                values[String(parts[1])] = String(header.dropFirst(name.count + 1))
            }
            return values
        }

        private func counted(_ values: some Sequence<String>) -> [String: Int] {
            values.reduce(into: [:]) { $0[$1, default: 0] += 1 }
        }
    }
}
