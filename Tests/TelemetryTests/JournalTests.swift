import Foundation
import Telemetry
import Testing

@Suite struct JournalTests {
    @Test func `an entry is one line of JSON`() throws {
        let line = try written {
            Journal(role: "aggregator", instance: "a-1", descriptor: $0).info(
                .assigned,
                ["partitions": .ints([0, 1]), "offset": .int(UInt64.max), "first": .flag(true), "why": .text("x")])
        }
        let expected = """
            "level":"info","role":"aggregator","instance":"a-1","event":"assigned",\
            "partitions":[0,1],"offset":18446744073709551615,"first":true,"why":"x"}

            """
        #expect(line.hasSuffix(expected))
        #expect(line.hasPrefix(#"{"time":"20"#))
    }

    @Test(arguments: [
        "", "plain", "\"quoted\" \\ back", "two\nlines\r\ttab", "\u{0}\u{1}\u{1F}\u{7F}", "é — 𝄞 👩‍👩‍👧 \u{2028}",
    ])
    func `any text reads back`(text: String) throws {
        let line = try written {
            Journal(role: text, instance: text, descriptor: $0).error(.failed, ["reason": .text(text)])
        }
        #expect(line.last == "\n")
        #expect(line.dropLast().allSatisfy { $0 != "\n" && $0 != "\r\n" })
        let entry = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
        #expect(entry["reason"] as? String == text)
        #expect(entry["role"] as? String == text)
        #expect(entry["level"] as? String == "error")
    }

    @Test func `the time is the wall clock's`() throws {
        let before = utcText(milliseconds: wallMilliseconds())
        let line = try written { Journal(role: "r", instance: "i", descriptor: $0).warning(.assigned) }
        let after = utcText(milliseconds: wallMilliseconds())
        let time = String(line.dropFirst(9).prefix(24))
        #expect(before <= time && time <= after, "\(line)")
    }

    @Test func `a reader that went away stops nothing`() async {
        await #expect(processExitsWith: .success) {
            StopSignal.install(within: 60) { ExitCode.failure.exit() }
            let pipe = Pipe()
            try pipe.fileHandleForReading.close()
            Journal(role: "r", instance: "i", descriptor: pipe.fileHandleForWriting.fileDescriptor).info(.started)
        }
    }

    @Test func `event names are words of one kind`() {
        for event in JournalEvent.allCases {
            #expect(event.rawValue.wholeMatch(of: /[a-z][A-Za-z]*/) != nil)
        }
    }

    private func written(_ body: (Int32) -> Void) throws -> String {
        let pipe = Pipe()
        body(pipe.fileHandleForWriting.fileDescriptor)
        try pipe.fileHandleForWriting.close()
        return String(decoding: try pipe.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
    }
}
