import TestBroker
import Testing

struct ProgramTests {
    @Test(
        arguments: [
            ([], 2, ""), (["help"], 0, ""), (["topics", "create", "--help"], 0, ""), (["help", "watch"], 0, ""),
            (["lagg"], 2, "did you mean 'lag'?"),
            (["topics"], 2, "'topics' is one of: topics create, topics check, topics renew, topics restore"),
            (["topics", "check"], 2, "say where the brokers are"),
            (["topics", "create", "--partition=2"], 2, "did you mean --partitions?"),
            (["secret", "bind"], 2, "FILE is missing"), (["watch", "--purpose", "gossip"], 2, "give one of lending"),
            (["sample", "uci", "--month", "7"], 2, "give a whole number, 1 to 6"),
            (["sample", "uci", "--csv", "/nowhere.csv"], 1, "No such file"),
            (["explain"], 2, "PERSON is missing"), (["explain", "a b", "--secret", "s"], 2, "PERSON is 1 to 64 of"),
            (["explain", "p"], 2, "--secret is missing"), (["outcomes"], 2, "--model is missing"),
            (["features", "p", "--live", "1"], 2, "--live goes with --secret and a PERSON"),
            (["features", "a b", "--secret", "s"], 2, "PERSON is 1 to 64 of"),
            (["outcomes", "--model", "/nowhere.pmml"], 12, "/nowhere.pmml cannot be read"),
            (["dead-letters", "show", "--topic", "gossip"], 2, "give one of payments"),
            (["dead-letters"], 2, "'dead-letters' is one of: dead-letters show, dead-letters resend"),
            (["dead-letters", "resend"], 2, "--from is missing"),
            (["lag", "--kafka-config", "/nowhere.properties"], 10, "/nowhere.properties"),
        ] as [([String], Int32, String)])
    func `a command line ends with its exit code and says why`(words: [String], exitCode: Int32, message: String) throws
    {
        let result = try Program.run(words)
        #expect(result.exitCode == exitCode)
        #expect(result.errors.contains(message) || message.isEmpty, "\(result.errors)")
        #expect(result.errors.isEmpty == message.isEmpty)
    }

    @Test func `a file with bad lines is refused whole, each line named`() throws {
        let folder = try TemporaryFolder()
        let good = try #require(try Program.run(["sample", "uci", "--clients", "1", "--month", "1"]).lines.first)
        let lines: [String] = [
            String(good), "", String(good.replacing("\"LENDING\"", with: "\"GOSSIP\"")), "hello",
            "{\"tick\":\"yesterday\"}",
        ]
        try lines.joined(separator: "\n").write(toFile: folder.path("bad"), atomically: false, encoding: .utf8)
        // No broker stands there: nothing is sent before all is checked.
        let result = try Program.run(["produce", folder.path("bad"), "--bootstrap", "localhost:1"])
        #expect(result.exitCode == 1)
        let errors = result.errors.split(separator: "\n")
        #expect(errors.count == 4, "\(result.errors)")
        #expect(errors[0].hasPrefix("line 3: unknownValue consent.purpose: "))
        #expect(errors[1].hasPrefix("line 4: malformedJSON: "))
        #expect(errors[2].hasPrefix("line 5: tickNotAllowed tick: "))
        #expect(errors[3].contains("3 bad lines: nothing is sent"))
    }
}
