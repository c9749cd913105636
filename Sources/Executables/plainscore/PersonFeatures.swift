import Commands
import Events
import Foundation
import HTTP
import Pipeline
import Scoring
import Snapshots
import Telemetry
import Wire

/// `plainscore features PERSON`: what is known of one person, now or at a time.
let personOptions: [Option] = [
    .value("secret", "FILE", "the timeline's secret, which finds the person: the name is then a person reference"),
    .value("live", "PORT[,PORT…]", "ask the aggregators that serve --persons-http on these ports of this machine"),
    .value("model", "FILE", "without --live: the scorecard that published, PMML"), .challenger,
    .value("state", "FOLDER", "without --live: an aggregator's snapshots, to be quick; only read"),
    .value("as-of", "TIME", "when the clock reached this: 2005-07-01, 2005-07-01T12:00:00Z or ms since 1970"),
]

func runPersonFeatures(_ arguments: Arguments) throws -> Int32 {
    guard let name = arguments.operands.first, let reference = Identifier(name) else {
        throw UsageError("PERSON is 1 to 64 of A-Z a-z 0-9 . _ : -", arguments.command)
    }
    let hasher = PersonHasher(secret: try SecretFile.read(try arguments.required("secret")))
    let person = hasher.key(of: reference)
    if let ports = arguments.text("live") {
        for option in ["model", "challenger", "state", "as-of"] where arguments.flag(option) {
            throw UsageError("--\(option) goes without --live", arguments.command)
        }
        return try printReading(try live(person, ports, arguments), arguments)
    }
    let models = try arguments.models()
    let cluster = try Cluster(arguments)
    let folds = try CommittedFolds(
        cluster.log(), names: cluster.names, models: models,
        snapshots: arguments.text("state").map { SnapshotFolder($0) })
    try confirm(hasher, folds.identity)
    guard let time = try arguments.time("as-of") else {
        let partition = person.partition(of: folds.identity.properties.partitions)
        let fold = try folds.fold(partition, skipped: { printError("plainscore: \($0)") }).fold
        return try printReading(PersonReading(fold, of: person)?.json, arguments)
    }
    if arguments.flag("state") {
        throw UsageError("--as-of reads the whole timeline: leave --state out", arguments.command)
    }
    let row = try folds.features(at: [PointInTime(person: person, time: time)])[0]
    return try printReading(row.map { json(time, zip(folds.exportedFeatures, $0)) }, arguments)
}

/// What the first aggregator says that holds the person's partition; nil where there is no live consent.
private func live(_ person: PersonKey, _ ports: String, _ arguments: Arguments) throws -> [UInt8]? {
    var elsewhere = ""
    for port in ports.split(separator: ",") {
        guard UInt16(port) != nil, let address = HTTPAddress(String(port)) else {
            throw UsageError("--live \(ports): give the ports of --persons-http, such as 9470", arguments.command)
        }
        let response = try HTTPResponse(getting: person.path, from: address)
        let text = String(decoding: response.body, as: UTF8.self).split(separator: "\n").first.map(String.init) ?? ""
        switch response.status {
        case 200: return response.body
        case 404: return nil
        case 421: elsewhere = text
        default: throw LiveReadError(description: "http://\(address): \(text)")
        }
    }
    throw LiveReadError(description: "\(elsewhere): name the ports of the others, too")
}

private struct LiveReadError: Error, CustomStringConvertible {
    let description: String
}

private func json(_ time: Int64, _ values: some Sequence<(String, Int64?)>) -> [UInt8] {
    var json = JSONText()
    json.beginObject()
    json.member("asOf", Timestamp.text(time))
    json.key("features")
    json.beginObject()
    for (name, value) in values { json.member(named: name, optional: value) }
    json.endObject()
    json.endObject()
    return json.bytes
}

private func printReading(_ reading: [UInt8]?, _ arguments: Arguments) throws -> Int32 {
    let asJSON = arguments.flag("json")
    guard let reading else {
        if asJSON { print("{\"status\":\"noConsent\"}") }
        printError("plainscore: no live consent: nothing is kept of this person")
        return ExitCode.failure.rawValue
    }
    if asJSON {
        print(String(decoding: reading, as: UTF8.self))
        return ExitCode.success.rawValue
    }
    guard let members = try JSONSerialization.jsonObject(with: Data(reading)) as? [String: Any],
        let features = members["features"] as? [String: Any]
    else { throw LiveReadError(description: "what answers is no aggregator of this version") }
    func text(_ name: String) -> String {
        (members[name] as? NSObject).map { $0 is NSNull ? "none" : "\($0)" } ?? "none"
    }
    if let time = members["asOf"] {
        print("as of \(time)")
    } else {
        print(
            "partition \(text("partition")) before offset \(text("offset")), clock \(text("clock")), day \(text("day")), "
                + "score \(text("score")) (\(text("scoreMin")) to \(text("scoreMax")))")
    }
    let rows = features.sorted { $0.key < $1.key }.map { name, value in
        [name, (value as? NSNumber).map { "\($0)" } ?? "missing"]
    }
    print(aligned(rows, left: [0]).joined(separator: "\n"))
    return ExitCode.success.rawValue
}
