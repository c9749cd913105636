import Events
import Testing
import Wire

/// What is allowed and looks wrong.
@Suite struct EventDoubtTests {
    private static let april: Int64 = 1_112_860_800_000  // 2005-04-07T08:00:00Z

    private static let doubts: [(line: String, occurredAt: Int64, codes: [String])] = [
        (repayment(due: "2005-04-07", paid: "2005-04-06"), april, []),
        // Seconds: then nothing is said of dates, which are far from 1970.
        (repayment(due: "2005-04-07", paid: "2005-04-06"), april / 1000, ["secondsForMilliseconds"]),
        (repayment(due: "1970-01-02", paid: "1970-01-02"), 9_999_999_999, ["secondsForMilliseconds"]),
        (repayment(due: "1970-04-26", paid: "1970-04-26"), 10_000_000_000, []),
        // 400 days are no doubt, 401 are; each date is looked at.
        (repayment(due: "2006-05-12", paid: "2005-04-06"), april, []),
        (repayment(due: "2006-05-13", paid: "2005-04-06"), april, ["dateFarFromEvent"]),
        (repayment(due: "2004-03-03", paid: "2004-03-03"), april, []),
        (repayment(due: "2004-03-02", paid: "2004-03-01"), april, ["dateFarFromEvent", "dateFarFromEvent"]),
        (statement(end: "2025-04-30"), april, ["dateFarFromEvent"]),
        (bill(due: "1999-04-01"), april, ["dateFarFromEvent"]),
        (rental(due: "2005-03-31", returned: "2015-04-02"), april, ["dateFarFromEvent"]),
    ]

    @Test(arguments: doubts.indices) func `each doubt has its bounds`(index: Int) throws {
        let row = Self.doubts[index]
        let event = try decode(row.line, at: row.occurredAt)
        #expect(event.doubts().map(\.code) == row.codes)
        // Each is one sentence, and names what it is about.
        for doubt in event.doubts() { #expect("\(doubt)".contains("occurredAt")) }
    }

    @Test func `a currency is doubted only where the models' are known`() throws {
        let event = try decode(Self.statement(end: "2005-04-30"), at: Self.april)
        #expect(event.doubts(currencies: nil).isEmpty)
        #expect(event.doubts(currencies: [Currency("USD")!, Currency("TWD")!]).isEmpty)
        let doubts = event.doubts(currencies: [Currency("USD")!])
        #expect(doubts == [.currencyNotRead(Currency("TWD")!)])
        #expect("\(doubts[0])".contains("TWD"))
        let consent = try decode(
            #""consent":{"grant":"g","purpose":"LENDING","subscriberReference":"s","action":"WITHDRAWN"}"#,
            at: Self.april)
        #expect(consent.doubts(currencies: []).isEmpty)
    }

    private static func repayment(due: String, paid: String) -> String {
        #""currency":"TWD","repayment":{"obligation":"o","kind":"CARD","dueDate":"\#(due)","amountDue":1,"#
            + #""amountPaid":1,"paidDate":"\#(paid)","status":"PAID"}"#
    }

    private static func statement(end: String) -> String {
        #""currency":"TWD","statement":{"account":"a","periodEnd":"\#(end)","creditLimit":1,"balance":1,"#
            + #""minimumDue":0,"daysPastDue":0}"#
    }

    private static func bill(due: String) -> String {
        #""currency":"TWD","bill":{"kind":"ENERGY","dueDate":"\#(due)","amountDue":1,"amountPaid":0,"status":"MISSED"}"#
    }

    private static func rental(due: String, returned: String) -> String {
        #""currency":"TWD","rental":{"kind":"VEHICLE","dueBackDate":"\#(due)","returnedDate":"\#(returned)","#
            + #""depositHeld":1,"depositKept":0}"#
    }

    private func decode(_ body: String, at occurredAt: Int64) throws -> Event {
        let line = Array(
            #"{"eventId":"e","person":"p","producer":"b","occurredAt":\#(occurredAt),\#(body)}"#.utf8)
        guard case .event(_, let event) = try EventDecoder().decode(unsafe line.span.bytes) else { throw NoEvent() }
        return event
    }

    private struct NoEvent: Error {}
}
