import Commands
import Foundation
import Kafka
import Log
import Pipeline
import Telemetry

/// Who is in each of `groups`, in their order.
///
/// librdkafka 2.0.2 may wait for ever when it is asked to describe a group, or end the process by an assertion, where a
/// broker does not answer. So each group is asked about by a process of its own (`plainscore describe-group`), all at once,
/// and one that is late is given up.
func membersOfGroups(_ groups: [String], _ arguments: Arguments, bootstrap: String) -> [GroupStatus.Members] {
    let deadline = monotonicMilliseconds() + answerMilliseconds
    let questions = groups.map { GroupQuestion($0, arguments, bootstrap: bootstrap) }
    return questions.map { $0.answer(before: deadline) }
}

extension Command {
    /// One question of `membersOfGroups`, for nobody to call by hand: so it is in no list of commands.
    static var describeGroup: Command {
        Command(
            path: ["describe-group"], summary: "Part of `plainscore status`: tell who is in a group.",
            operands: [Operand(name: "GROUP", help: "the group")], run: runDescribeGroup)
    }
}

/// How long the brokers may take, ms.
private let answerMilliseconds: Int64 = 6_000

private struct GroupQuestion {
    private let group: String
    private let process = Process()
    private let output = Pipe()
    private let failure: String?

    init(_ group: String, _ arguments: Arguments, bootstrap: String) {
        self.group = group
        process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        process.arguments = ["describe-group", "--bootstrap", bootstrap]
        if let file = arguments.text("kafka-config") { process.arguments! += ["--kafka-config", file] }
        process.arguments! += ["--", group]
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        do {
            try process.run()
            failure = nil
        } catch {
            failure = "no process can be started (\(error))"
        }
    }

    /// What it says until then; nothing is left of the process.
    func answer(before deadline: Int64) -> GroupStatus.Members {
        if let failure { return .failed(reason: failure) }
        while process.isRunning, monotonicMilliseconds() < deadline { usleep(10_000) }
        let isLate = process.isRunning
        if isLate { kill(process.processIdentifier, SIGKILL) }
        process.waitUntilExit()
        if isLate { return .failed(reason: "no answer within \(answerMilliseconds / 1000) s") }
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        let end = process.terminationReason == .exit ? "exit code" : "signal"
        return GroupAnswer.read(text, group: group)
            ?? .failed(reason: "the Kafka library ended the process that asked (\(end) \(process.terminationStatus))")
    }
}

/// The text in which the answer goes from one process to the other:
///
/// ```
/// state   Stable                             fields are parted by tabs
/// member  aggregator-1  127.0.0.1  0,1,2     the instance is empty where there is none
/// ```
/// or else one line, `notTold` or `failed` and why.
private enum GroupAnswer {
    static func text(_ description: GroupDescription) -> String {
        let members = description.members.map { member in
            let partitions = member.partitions.map { "\($0)" }.joined(separator: ",")
            return "member\t\(member.instance ?? "")\t\(member.host)\t\(partitions)\n"
        }
        return "state\t\(description.state)\n" + members.joined()
    }

    static func read(_ text: String, group: String) -> GroupStatus.Members? {
        let lines = text.split(separator: "\n").map { $0.split(separator: "\t", omittingEmptySubsequences: false) }
        guard let first = lines.first else { return nil }
        switch (first[0], first.count) {
        case ("notTold", 1): return .notTold
        case ("failed", 2): return .failed(reason: String(first[1]))
        case ("state", 2):
            var description = GroupDescription(group: group, state: String(first[1]), members: [])
            for line in lines.dropFirst() where line.first == "member" && line.count == 4 {
                description.members.append(
                    GroupDescription.Member(
                        instance: line[1].isEmpty ? nil : String(line[1]), host: String(line[2]),
                        partitions: line[3].split(separator: ",").compactMap { Int32($0) }))
            }
            return .known(description)
        default: return nil
        }
    }
}

private func runDescribeGroup(_ arguments: Arguments) throws -> Int32 {
    // Whoever asked may have been killed meanwhile.
    alarm(UInt32(2 * answerMilliseconds / 1000))
    var output = StandardOutput()
    do throws(LogError) {
        let settings: KafkaSettings
        do { settings = try Cluster(arguments).settings } catch { throw LogError(.configuration, "\(error)") }
        let description = try KafkaAdmin(settings).group(arguments.operands[0])
        try? output.write(description.map(GroupAnswer.text) ?? "notTold\n")
    } catch {
        let reason = "\(error)".split(whereSeparator: { $0.isNewline || $0 == "\t" }).joined(separator: " ")
        try? output.write("failed\t\(reason)\n")
    }
    try? output.flush()
    ExitCode.success.exit()  // at once: the library might never let go
}
