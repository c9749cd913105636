import Commands
import Events
import Glibc
import Pipeline
import Scoring
import Snapshots
import Telemetry
import Wire

/// `plainscore snapshot list`: the snapshots of a state folder.
extension Command {
    static var snapshotList: Command {
        Command(
            path: ["snapshot", "list"],
            summary: "List the snapshots of an aggregator's state folder, with size, age, and whether each is whole.",
            operands: [Operand(name: "FOLDER", help: "what the aggregator has as --state; only read")],
            options: [.flag("json", "one JSON a file (schemas/explanation.md)")], needsLog: false,
            notes: """
                A file is whole where its name and header agree, sizes and checksums hold, and it unpacks. Exit 1 where one is
                not: the aggregator passes it over. `snapshot verify` looks into the state, too.
                """,
            run: runSnapshotList)
    }
}

private func runSnapshotList(_ arguments: Arguments) throws -> Int32 {
    let now = wallMilliseconds()
    var rows = [["TOPIC", "PARTITION", "OFFSET", "BYTES", "AGE", "STATE"]]
    var defects = 0
    for file in try SnapshotFolder(arguments.operands[0]).files() {
        let problem = file.problem
        if problem != nil { defects += 1 }
        let seconds = max(0, now - file.writtenAt) / 1000
        if arguments.flag("json") {
            var json = JSONText()
            json.beginObject()
            file.write(into: &json)
            json.member("ageSeconds", seconds)
            json.member("whole", problem == nil)
            json.member("problem", optional: problem)
            json.endObject()
            print(String(decoding: json.bytes, as: UTF8.self))
        } else {
            rows.append([
                file.reference.topic, "\(file.reference.partition)", grouped(file.reference.offset),
                grouped(file.bytes), age(seconds), problem ?? "whole",
            ])
        }
    }
    if !arguments.flag("json") {
        print(rows.count == 1 ? "no snapshots" : aligned(rows, left: [0, 5]).joined(separator: "\n"))
    }
    return defects == 0 ? ExitCode.success.rawValue : ExitCode.failure.rawValue
}

extension SnapshotFile {
    /// Why the file is not whole; nil where it is.
    fileprivate var problem: String? {
        do {
            _ = try reference.payload()
            return nil
        } catch {
            return "\(error)"
        }
    }

    /// Members of one object.
    func write(into json: inout JSONText) {
        json.member("path", reference.path)
        json.member("topic", reference.topic)
        json.member("partition", reference.partition)
        json.member("offset", reference.offset)
        json.member("bytes", bytes)
        json.member("writtenAt", Timestamp.text(writtenAt))
    }
}

/// `3 d`, `5 h`, `12 min`, `40 s`.
private func age(_ seconds: Int64) -> String {
    switch seconds {
    case 172_800...: "\(seconds / 86_400) d"
    case 7200...: "\(seconds / 3600) h"
    case 120...: "\(seconds / 60) min"
    default: "\(seconds) s"
    }
}

/// The snapshots that an operand names: one file, or all of a folder.
func snapshotFiles(_ path: String) throws -> [SnapshotFile] {
    var status = stat()
    if unsafe stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR { return try SnapshotFolder(path).files() }
    return [try SnapshotFile(path: path)]
}
