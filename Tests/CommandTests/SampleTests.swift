import Events
import Foundation
import TestBroker
import Testing
import UCI
import Wire

struct SampleTests {
    /// What a sample holds, as the consumers decode it.
    private struct Tally: Equatable {
        var consents = 0
        var repayments = 0
        var statements = 0
        var ticks = 0
        var persons = 0
    }

    private func tally(_ lines: [Substring]) throws -> Tally {
        let decoder = EventDecoder()
        var tally = Tally()
        var ids: Set<String> = []
        var persons: Set<String> = []
        for line in lines {
            if line.hasPrefix("{\"tick\":\"") {
                tally.ticks += 1
                continue
            }
            let bytes = Array(line.utf8)
            guard case .event(let person, let event) = try decoder.decode(unsafe bytes.span.bytes) else { continue }
            persons.insert(person.text)
            #expect(ids.insert(event.id.text).inserted, "\(event.id) occurs twice")
            switch event.body {
            case .consent(let consent):
                tally.consents += 1
                #expect(consent.grant.text == "grant-\(person)")
                #expect(consent.subscriberReference.text == "client-\(person.text.dropFirst(4))")
            case .repayment: tally.repayments += 1
            case .statement: tally.statements += 1
            default: Issue.record("\(event.type) in the sample")
            }
        }
        tally.persons = persons.count
        return tally
    }

    @Test func `the shipped extract is 300 clients over six months, every line as the consumers want it`() throws {
        let extract = try String(contentsOf: Self.extract, encoding: .utf8).split(separator: "\n")
        let names = extract[0].split(separator: ",")
        let amounts = names.indices.filter { names[$0].hasPrefix("\"PAY_AMT") }
        #expect(amounts.count == 6 && extract.count == 301)
        #expect(!names.contains { ["\"SEX\"", "\"EDUCATION\"", "\"MARRIAGE\"", "\"AGE\""].contains($0) })
        let paid = extract.dropFirst().map { line in
            let fields = line.split(separator: ",")
            return amounts.count { fields[$0] != "0" }
        }
        let result = try Program.run(["sample", "uci"])
        #expect(result.exitCode == 0)
        #expect(
            try tally(result.lines)
                == Tally(consents: 300, repayments: paid.reduce(0, +), statements: 1800, ticks: 6, persons: 300))
    }

    @Test func `the months one by one are the whole, and end with their ticks`() throws {
        let whole = try Program.run(["sample", "uci", "--clients", "7"]).output
        var months = ""
        for month in 1...6 {
            let output = try Program.run(["sample", "uci", "--clients", "7", "--month", "\(month)"]).output
            #expect(output.hasSuffix("{\"tick\":\"2005-\(month + 4 < 10 ? "0" : "")\(month + 4)-01T00:00:00Z\"}\n"))
            months += output
        }
        #expect(months == whole)
    }

    @Test func `a seed draws clients, the same again and again, and another seed others`() throws {
        func drawn(_ words: String...) throws -> [Substring] {
            let result = try Program.run(["sample", "uci", "--month", "1"] + words)
            try #require(result.exitCode == 0, "\(result.errors)")
            return result.lines.filter { $0.contains("\"consent\"") }
        }
        let seven = try drawn("--clients", "20", "--seed", "7")
        #expect(seven.count == 20 && seven == seven.sorted())
        #expect(try drawn("--clients", "20", "--seed", "7") == seven)
        #expect(try Set(drawn("--clients", "20", "--seed", "8")) != Set(seven))
        #expect(try drawn("--clients", "300", "--seed", "7") == drawn())
        #expect(try drawn("--clients", "20") == Array(drawn().prefix(20)))
    }

    @Test func `a client's lines say what the row says`() throws {
        let folder = try TemporaryFolder()
        let csv = """
            "ID","LIMIT_BAL","PAY_0","PAY_2","PAY_3","PAY_4","PAY_5","PAY_6","BILL_AMT1","BILL_AMT2","BILL_AMT3",\
            "BILL_AMT4","BILL_AMT5","BILL_AMT6","PAY_AMT1","PAY_AMT2","PAY_AMT3","PAY_AMT4","PAY_AMT5","PAY_AMT6"
            7,5e+05,0,0,0,0,-1,2,1,2,3,4,5,-6,10,20,30,40,50,0
            """
        try csv.write(toFile: folder.path("csv"), atomically: false, encoding: .utf8)
        let lines = try Program.run(["sample", "uci", "--csv", folder.path("csv")]).lines
        #expect(lines.count == 1 + 6 + 5 + 6)
        #expect(lines[0].contains("\"grant\":\"grant-uci-00007\",\"purpose\":\"LENDING\""))
        #expect(
            lines[1].contains(
                "\"periodEnd\":\"2005-04-30\",\"creditLimit\":50000000,\"balance\":-600,\"minimumDue\":0,\"daysPastDue\":60"
            ))
        #expect(lines[3].contains("\"dueDate\":\"2005-05-12\",\"amountDue\":5000,\"amountPaid\":5000"))
        #expect(lines[4].contains("\"balance\":500,\"minimumDue\":0,\"daysPastDue\":0"))
    }

    @Test(.enabled(if: UCIData.isPresent, "the UCI data is not there: the full file was not counted"))
    func `the full file's lines are those of an independent count`() throws {
        let data = try UCIData()
        let repayments = data.clients.reduce(0) { $0 + $1.paid.count { $0 > 0 } }
        let csv = UCIData.folder.appendingPathComponent("UCI_Credit_Card.csv").path
        let result = try Program.run(["sample", "uci", "--csv", csv])
        #expect(
            try tally(result.lines)
                == Tally(
                    consents: 30_000, repayments: repayments, statements: 180_000, ticks: 6, persons: 30_000))
        #expect(repayments == 143_103)
    }

    private static let extract = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("../../Sources/Executables/plainscore/Samples/uci-extract.csv").standardizedFileURL
}
