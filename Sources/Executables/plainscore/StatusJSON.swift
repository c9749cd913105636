import Events
import Pipeline
import Scoring
import Wire

extension StatusReport {
    /// schemas/explanation.md tells the members.
    var json: String {
        var json = JSONText()
        json.beginObject()
        json.member("mode", status.identity.properties.mode == .live ? "live" : "history")
        json.array("groups", status.groups, write)
        json.array("partitions", status.partitions, write)
        json.texts("unknown", status.faults)
        let roles = [("aggregator", status.aggregatorModels), ("publisher", status.publisherModels)]
        json.array("models", roles) { json, role in
            json.member("role", role.0)
            json.array("hashes", role.1) { json, found in
                json.member("hash", found.hash.hex)
                json.key("partitions")
                json.beginArray()
                for partition in found.partitions { json.value(partition) }
                json.endArray()
                json.member("given", optional: name(found))
            }
        }
        json.array("switches", status.switched) { json, models in
            json.array("models", models.all) { json, card in
                json.member("name", card.name)
                json.member("version", card.version)
                json.member("hash", card.hash.hex)
            }
        }
        if let accounting {
            json.key("outcomes")
            accounting.write(to: &json)
        }
        json.endObject()
        return String(decoding: json.bytes, as: UTF8.self)
    }

    private func write(_ json: inout JSONText, _ group: GroupStatus) {
        json.member("group", group.group)
        json.member("topic", group.topic)
        json.member("state", optional: group.description?.state)
        if let description = group.description {
            json.array("members", description.members) { json, member in
                json.member("instance", optional: member.instance)
                json.member("host", member.host)
                json.key("partitions")
                json.beginArray()
                for partition in member.partitions { json.value(partition) }
                json.endArray()
            }
        } else {
            json.member("members", optional: nil as String?)
        }
        json.array("partitions", group.places) { json, place in
            json.member("partition", place.partition)
            json.member("committed", optional: place.committed)
            json.member("end", place.end)
            json.member("held", place.held)
            json.member("lag", optional: place.records)
            json.member("lagMilliseconds", optional: place.milliseconds)
        }
    }

    private func write(_ json: inout JSONText, _ partition: PipelineStatus.PartitionStatus) {
        json.member("partition", partition.partition)
        json.member("clock", time: partition.clock)
        json.member("clockAgeMilliseconds", optional: partition.clock.map { now - $0 })
        json.member("clockClaimed", time: partition.claimed)
        json.member("sequence", optional: partition.sequence)
        guard showsSnapshots else { return }
        json.key("snapshot")
        guard let snapshot = partition.snapshot else { return json.null() }
        json.beginObject()
        json.member("path", snapshot.path)
        json.member("offset", snapshot.offset)
        json.member("bytes", snapshot.file.bytes)
        json.member("writtenAt", time: snapshot.file.writtenAt)
        json.member("ageMilliseconds", now - snapshot.file.writtenAt)
        json.endObject()
    }

    /// One line for a role: the models that its partitions have committed.
    func modelLine(_ role: String, _ models: [PipelineStatus.CommittedModels]) -> String {
        let found = models.map { found in
            let all = found.partitions.count == status.partitions.count
            return found.hash.hex + (name(found).map { " (\($0))" } ?? "")
                + (all ? "" : " in partitions \(ranges(found.partitions))")
        }
        return "models of the \(role): \(found.isEmpty ? "none yet" : found.joined(separator: ", "))"
    }

    /// Of the command line, what has this hash; nil where nothing has.
    private func name(_ found: PipelineStatus.CommittedModels) -> String? {
        guard let models else { return nil }
        if let card = models.all.first(where: { $0.hash == found.hash }) { return "\(card.name) \(card.version)" }
        return found.hash == models.identity ? models.all.map(\.name).joined(separator: ", ") : nil
    }
}

/// `0-3, 7`.
func ranges(_ numbers: [Int32]) -> String {
    var parts: [(first: Int32, last: Int32)] = []
    for number in numbers.sorted() {
        if let last = parts.last?.last, number == last + 1 {
            parts[parts.count - 1].last = number
        } else {
            parts.append((number, number))
        }
    }
    return parts.map { $0.first == $0.last ? "\($0.first)" : "\($0.first)-\($0.last)" }.joined(separator: ", ")
}

/// Seconds with one decimal, of ms.
func tenths(_ milliseconds: Int64) -> String {
    let tenths = max(0, milliseconds) / 100
    return "\(grouped(tenths / 10)).\(tenths % 10)"
}
