import Foundation
import TestBroker
import Testing

/// A reader's terminals: a folder like a clone that was built, a broker, and one bash session per section in which its
/// blocks run one after the other. Directory and exported variables go on from section to section, and so does what was
/// left running in the background, until `close`.
final class Terminal {
    /// How a section ended.
    struct Outcome {
        /// Lines of the blocks that ran to their end.
        var done: [Int] = []
        /// What went wrong, with all that the section has printed; nil where nothing did.
        var failure: String?
    }

    /// A section may take so long, seconds: a demo builds, and runs to its end.
    private static let secondsMax = 900.0
    /// A block in the background must have printed its line by then, seconds.
    private static let readySeconds = 120
    /// On Ctrl-C it must have ended by then, seconds; then it is killed, with all of its group.
    private static let stopSeconds = 30
    private static let closeSeconds = 60.0

    private let files = try! TemporaryFolder()
    private let servers: String
    private var sessions: [(name: String, process: Process, input: Pipe)] = []

    /// Copies the tree at `root`, without what was built or left behind in it, and puts these tests' executables in.
    init(copyOf root: URL, servers: String) throws {
        self.servers = servers
        let manager = FileManager.default
        try manager.createDirectory(atPath: files.path("plainscore/.build"), withIntermediateDirectories: true)
        let left: Set<String> = [".build", ".git", ".swiftpm", "plainscore-state"]
        for entry in try manager.contentsOfDirectory(atPath: root.path) where !left.contains(entry) {
            let source = root.appendingPathComponent(entry).path
            try manager.copyItem(atPath: source, toPath: files.path("plainscore/\(entry)"))
        }
        try manager.createSymbolicLink(
            atPath: files.path("plainscore/.build/release"), withDestinationPath: try Program.folder().path)
        try manager.createDirectory(atPath: files.path("bin"), withIntermediateDirectories: true)
        // What is built is what is tested: `swift build` has nothing to do, and would wait for this very test to end.
        let swift = """
            #!/usr/bin/env bash
            [[ ${1:-} != build ]] || exit 0
            PATH=${PATH#*:} exec swift "$@"
            """
        try swift.write(toFile: files.path("bin/swift"), atomically: false, encoding: .utf8)
        try manager.setAttributes([.posixPermissions: 0o755], ofItemAtPath: files.path("bin/swift"))
        let environment =
            "cd '\(files.path("plainscore"))'\nexport PATH='\(files.path("bin"))':\"$PWD/.build/release:$PATH\"\n"
        try environment.write(toFile: files.path("environment"), atomically: false, encoding: .utf8)
    }

    /// Runs these blocks of a section, up to the first that fails.
    func run(_ blocks: [Readme.Block], named name: String) throws -> Outcome {
        let number = sessions.count
        let script = files.path("section-\(number).sh")
        let (done, printed) = (files.path("done-\(number)"), files.path("printed-\(number)"))
        for path in [done, printed] { _ = FileManager.default.createFile(atPath: path, contents: nil) }
        try self.script(blocks, done: done).write(toFile: script, atomically: false, encoding: .utf8)
        let process = Process()
        let input = Pipe()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        // Whoever started these tests may have had it ignored, and bash traps no signal that was ignored when it began.
        process.arguments = ["--default-signal=INT", "bash", script]
        process.standardInput = input
        let output = try FileHandle(forWritingTo: URL(fileURLWithPath: printed))
        process.standardOutput = output
        process.standardError = output
        try process.run()
        sessions.append((name, process, input))

        let end = Date(timeIntervalSinceNow: Self.secondsMax)
        func lines() throws -> [String] {
            try String(contentsOfFile: done, encoding: .utf8).split(separator: "\n").map(String.init)
        }
        while try lines().last != "end", process.isRunning, Date() < end { process.pause() }
        let ran = try lines()
        var outcome = Outcome(done: ran.compactMap { Int($0) })
        if ran.last != "end" {
            let text = (try? String(contentsOfFile: printed, encoding: .utf8)) ?? ""
            let reason = process.isRunning ? "not at its end after \(Int(Self.secondsMax)) s" : "failed"
            outcome.failure = "\(reason); it printed:\n\(text)"
        }
        return outcome
    }

    /// Ctrl-C in each terminal where something still runs; what did not end well or in time.
    func close() -> [String] {
        var faults: [String] = []
        for (name, process, input) in sessions.reversed() {
            try? input.fileHandleForWriting.close()
            let end = Date(timeIntervalSinceNow: Self.closeSeconds)
            while process.isRunning, Date() < end { process.pause() }
            if process.isRunning {
                kill(process.processIdentifier, SIGKILL)
                faults.append("\(name): what it left in the background did not end")
            } else if process.terminationStatus == Self.badEnd {
                faults.append("\(name): what it left in the background did not exit with 0 on Ctrl-C, soon")
            }
        }
        sessions = []
        return faults
    }

    /// The exit code of a session whose background ended badly.
    private static let badEnd: Int32 = 99

    /// Job control gives each command a process group of its own, as a terminal would, so that Ctrl-C reaches all of it.
    private func script(_ blocks: [Readme.Block], done: String) -> String {
        """
        set -euo pipefail -m
        exec 3<&0 </dev/null
        # Ctrl-C for each of the groups, then the worst of their exit codes.
        stop() {
            local group code=0 seconds=$SECONDS
            for group in "$@"; do kill -INT -- "-$group" 2>/dev/null || true; done
            for group in "$@"; do
                while kill -0 "$group" 2>/dev/null && ((SECONDS - seconds < \(Self.stopSeconds))); do sleep 0.05; done
                kill -KILL -- "-$group" 2>/dev/null || true
                wait "$group" || code=\(Self.badEnd)
            done
            return $code
        }
        # A block's group, the file of what it prints, and the text to wait for in it.
        await() {
            local seconds=$SECONDS
            until grep -qF -- "$3" "$2"; do
                if ! kill -0 "$1" 2>/dev/null || ((SECONDS - seconds > \(Self.readySeconds))); then
                    cat "$2"
                    echo "it did not print: $3"
                    return 1
                fi
                sleep 0.1
            done
        }
        trap 'stop $(jobs -p) || true' EXIT
        . '\(files.path("environment"))'

        \(blocks.map { run($0) + "\necho \($0.line) >>'\(done)'\n" }.joined(separator: "\n"))
        { declare -px; printf 'cd %q\\n' "$PWD"; } >'\(files.path("environment"))'
        echo end >>'\(done)'
        read -r -u 3 || true
        trap - EXIT
        stop $(jobs -p)
        """
    }

    private func run(_ block: Readme.Block) -> String {
        let commands = block.commands.replacingOccurrences(of: "localhost:9092", with: servers)
        let printed = files.path("block-\(block.line)")
        for directive in block.directives {
            switch directive {
            case .exit(let code):
                return "code=0\n( set -e\n\(commands)) || code=$?\n[[ $code == \(code) ]]"
            case .background(let text):
                return "{ \(commands)} >'\(printed)' 2>&1 &\nawait $! '\(printed)' \(quoted(text))"
            case .until(let text):
                return "{ \(commands)} >'\(printed)' 2>&1 &\nawait $! '\(printed)' \(quoted(text))\nstop $!"
            case .notRun, .needsKafka: continue
            }
        }
        return commands
    }

    private func quoted(_ text: String) -> String { "'" + text.replacingOccurrences(of: "'", with: "'\\''") + "'" }
}

extension Process {
    /// Between two looks at it.
    fileprivate func pause() { usleep(20_000) }  // a condition with a deadline stands around it
}
