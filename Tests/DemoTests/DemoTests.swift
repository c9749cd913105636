import Foundation
import TestBroker
import Testing

/// `deploy/demo` as a stranger runs it, but for the build: on the embedded broker, which needs nothing installed.
@Suite(.serialized) struct DemoTests {
    @Test func `it shows the pipeline from the broker to equal scores, and leaves nothing`() throws {
        let demo = try DemoRun(["--clients", "40", "--seed", "7"])
        #expect(demo.exitCode() == 0, "\(demo.text)")
        let text = demo.text
        #expect(Set(demo.pids()).count == 7)
        #expect(text.contains("40 of 40 equal: the score after each of the six months, and its reasons"))
        #expect(text.contains("raw records read: balanced"))
        #expect(text.contains("score changes of 40 grants, 0 out of order"))
        #expect(text.contains("6 of 6 months"))
        #expect(text.contains("Reasons, in order"))
        #expect(demo.clients.count >= 10)
        // Readable anywhere: no colours, no line that wraps. A command to copy may be longer.
        #expect(!text.contains("\u{1B}") && !text.contains("\r"))
        for line in demo.lines where !line.hasPrefix("     ") || line.hasPrefix("      ") {
            #expect(line.count <= 103, "\(line)")
        }
        #expect(try demo.leftBehind() == [])

        let other = try DemoRun(["--clients", "40", "--seed", "8"])
        #expect(other.exitCode() == 0, "\(other.text)")
        #expect(other.clients != demo.clients && !other.clients.isSubset(of: demo.clients))
    }

    @Test func `the commands that it prints at the end work as they are printed`() throws {
        let demo = try DemoRun(["--clients", "5"])
        #expect(demo.exitCode() == 0, "\(demo.text)")
        let sample = try DemoRun(shell: demo.command(with: "sample uci"))
        #expect(sample.exitCode() == 0 && sample.text.contains("\"statement\":"))
        let card = try DemoRun(shell: demo.command(with: "grep"))
        #expect(card.exitCode() == 0 && card.text.contains("partialScore"))

        // The first: another demo, kept.
        let kept = try DemoRun(shell: "exec \(demo.command(with: "--keep")) --no-build")
        #expect(kept.prints("All is running until Ctrl-C."), "\(kept.text)")
        let watch = try DemoRun(shell: "exec \(kept.command(with: "--from end"))")
        #expect(watch.prints("CLIENT"))
        let produce = try DemoRun(shell: kept.command(with: "echo '"))
        #expect(produce.exitCode() == 0 && produce.text.contains("sent 1 records"), "\(produce.text)")
        #expect(watch.prints("Oct 2005"), "\(watch.text)")
        watch.signal(SIGINT)
        #expect(watch.exitCode() == 0)
        let explain = try DemoRun(shell: kept.command(with: " explain "))
        #expect(explain.exitCode() == 0 && explain.text.contains("2005-10-31"), "\(explain.text)")
        kept.signal(SIGINT)
        #expect(kept.exitCode() == 0)
        #expect(try kept.leftBehind() == [])
    }
}

@Suite(.serialized, BrokerTrait(), .realBroker) struct DemoOnARealKafka {
    @Test func `on a Kafka of one's own it keeps to its prefix, and says how to remove it`() throws {
        let servers = try #require(Broker.current).servers
        let demo = try DemoRun(["--clients", "40", "--bootstrap", servers])
        #expect(demo.exitCode() == 0, "\(demo.text)")
        #expect(demo.text.contains("40 of 40 equal"))
        #expect(try demo.leftBehind() == [])
        let farewell = demo.text.suffix(300)
        #expect(farewell.contains("nothing is left behind on this machine.\nThe topics demo-"), "\(farewell)")
        let list = ["tool", "topics", "--bootstrap-server", servers]
        let topics = try Broker.kafka(list[0], list[1], list[2], list[3], "--list").split(separator: "\n")
        #expect(topics.count { $0.hasPrefix("demo-") } == topics.count { !$0.hasPrefix("__") })
        let words = try demo.command(with: "--delete").split(separator: " ").map { $0.filter { $0 != "'" } }
        try Broker.kafka(list[0], list[1], words[1], words[2], words[3], words[4], words[5])
        #expect(
            try !Broker.kafka(list[0], list[1], list[2], list[3], "--list").contains("demo-"), "\(words)")
    }

    @Test func `with a Kafka at hand it starts that one, and stops it`() throws {
        let demo = try DemoRun(["--clients", "40"], ["PLAINSCORE_KAFKA_HOME": try #require(Broker.home)])
        #expect(demo.exitCode() == 0, "\(demo.text)")
        #expect(demo.text.contains("40 of 40 equal"))
        #expect(try demo.leftBehind() == [])
    }
}
