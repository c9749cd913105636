import Foundation
import TestBroker
import Testing

/// Whatever happens in the middle: one sentence that says what to do, an exit code, and nothing left.
@Suite(.serialized) struct DemoFailureTests {
    @Test(arguments: ["Broker\n", "Seven roles", "aggregator         ready", "2 of 6 months", "explained"])
    func `Ctrl-C at any stage stops it`(stage: String) throws {
        let demo = try DemoRun(["--clients", "100"])
        #expect(demo.prints(stage), "\(demo.text)")
        demo.signal(SIGINT)
        #expect(demo.exitCode(seconds: 40) == 130)
        #expect(demo.text.hasSuffix("deploy/demo: stopping\n"), "\(demo.text)")
        #expect(try demo.leftBehind() == [])
    }

    @Test(arguments: ["aggregator", "publisher", "accounts-consumer"])
    func `a role that is killed starts again, and the scores are equal all the same`(role: String) throws {
        let demo = try DemoRun(["--clients", "40"])
        #expect(demo.prints("2 of 6 months"), "\(demo.text)")
        kill(try #require(demo.pids(of: role).last), SIGKILL)
        #expect(demo.exitCode() == 0, "\(demo.text)")
        #expect(demo.pids(of: role).count == 2)
        #expect(demo.text.contains("40 of 40 equal"))
        #expect(try demo.leftBehind() == [])
    }

    @Test func `without its broker it ends`() throws {
        let demo = try DemoRun(["--clients", "100"])
        #expect(demo.prints("2 of 6 months"), "\(demo.text)")
        kill(try #require(demo.brokerPID), SIGKILL)
        #expect(demo.exitCode(seconds: 60) == 1)
        #expect(demo.lines.last?.contains("has ended (killed, or short of memory): run deploy/demo again") == true)
        #expect(try demo.leftBehind() == [])
    }

    @Test func `where no Kafka answers it says so`() throws {
        let demo = try DemoRun(["--bootstrap", "localhost:1"])
        #expect(demo.exitCode(seconds: 90) == 1)
        #expect(demo.lines.last?.contains("no broker answers at localhost:1: is it running?") == true, "\(demo.text)")
        #expect(try demo.leftBehind() == [])
    }

    /// As root in a mount namespace of its own: a disk of 256 KiB that is full before the first month is published.
    private static let canMount =
        (try? DemoRun(shell: "unshare -m mount -t tmpfs none \"$TMPDIR\"").exitCode(seconds: 10)) == 0

    @Test(.enabled(if: canMount, "no file system can be mounted here: the full disk was not tried"))
    func `a full disk is named`() throws {
        let demo = try DemoRun(
            shell: """
                exec unshare -m bash -c 'mkdir "$TMPDIR/disk" && mount -t tmpfs -o size=256k none "$TMPDIR/disk" &&
                head -c 150K /dev/zero >"$TMPDIR/disk/filling" && deploy/demo --no-build --state "$TMPDIR/disk"'
                """)
        #expect(demo.exitCode() == 1, "\(demo.text)")
        #expect(
            demo.lines.last?.contains("is full: free some space there, or name another folder with --state") == true)
        #expect(try demo.leftBehind() == ["disk"])
    }

    @Test(
        arguments: [
            ("--client 3", "unknown option --client"), ("--clients 0", "give 1 to 300"), ("--seed x", "whole number"),
            ("--state /nowhere", "there is no such folder"), ("--seed", "--seed needs a value"),
        ])
    func `a wrong command line is refused before anything starts`(words: String, message: String) throws {
        let demo = try DemoRun(shell: "deploy/demo \(words)")
        #expect(demo.exitCode() == 2 && demo.text.contains(message), "\(demo.text)")
    }
}
