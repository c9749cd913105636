import Commands
import Events
import Telemetry

/// `plainscore sample uci`: real credit card histories as events, to try a pipeline with.
extension Command {
    static var sampleUCI: Command {
        Command(
            path: ["sample", "uci"],
            summary: "Print the UCI credit card clients as events, one JSON a line, for `plainscore produce`.",
            options: [
                .value(
                    "csv", "FILE", "the full UCI_Credit_Card.csv (default: the 300 clients that ship with plainscore)"),
                .value(
                    "month", "K", "only month K, 1 (April 2005) to 6 (September 2005); default: all, one after another"),
                .flag("json", "changes nothing: each line is JSON anyway"),
            ] + SampleChoice.options,
            needsLog: false,
            notes: """
                Month 1 begins with a consent of each client (purpose lending, granted 2005-04-01 for 365 days). Then, per
                client and month, a repayment where an amount was paid, and a statement; after each month a tick that states
                the first millisecond of the next one, so the timeline must be made with `topics create --history`.

                Days within the month: the repayment is due and paid on day 5 + ID % 20 and occurs at 12:00 UTC; the
                statement ends on the last day of the month and occurs at 18:00 UTC. Amounts are TWD in minor units (100 to
                the dollar); days past due are 30 times the status where it is positive, else 0; minimum due is 0.

                Client 1 is the person uci-00001, its grant grant-uci-00001 and the subscriber's reference client-00001.

                The shipped extract is every hundredth client (ID 100, 200 … 30000). Source: I-Cheng Yeh and Che-hui Lien,
                UCI Machine Learning Repository, CC BY 4.0.
                """,
            run: runSampleUCI)
    }
}

private func runSampleUCI(_ arguments: Arguments) throws -> Int32 {
    let month = try arguments.integer("month", in: 1...SampleClient.monthCount)
    let choice = try SampleChoice(arguments)
    let path = try arguments.text("csv") ?? SampleFile.extract.path()
    let clients = choice(try SampleClient.read(path: path, most: choice.readMax))
    var output = StandardOutput()
    for month in month.map({ $0 - 1..<$0 }) ?? 0..<SampleClient.monthCount {
        let month = SampleMonth(index: month)
        for client in clients where month.index == 0 { try output.write(month.consent(client)) }
        for client in clients { try output.write(month.events(client)) }
        try output.write("{\"tick\":\"\(month.end)\"}\n")
    }
    try output.flush()
    return ExitCode.success.rawValue
}

/// One month of the data, as lines of JSON.
private struct SampleMonth {
    let index: Int
    private let lastDay: Int
    private let number: Int

    /// 0 is April 2005.
    init(index: Int) {
        self.index = index
        number = 4 + index
        lastDay = [30, 31, 30, 31, 31, 30][index]
    }

    /// The first millisecond of the next month.
    var end: String { "2005-\(padded(number + 1, 2))-01T00:00:00Z" }

    func consent(_ client: SampleClient) -> String {
        let id = padded(client.id, 5)
        let granted = milliseconds(day: 1, hour: 0)
        return """
            {"eventId":"uci-\(id)-c","person":"uci-\(id)","producer":"uci-operator","occurredAt":\(granted),\
            "consent":{"grant":"grant-uci-\(id)","purpose":"LENDING","subscriberReference":"client-\(id)",\
            "action":"GRANTED","expiresAt":\(granted + 365 * Timestamp.dayMilliseconds)}}

            """
    }

    func events(_ client: SampleClient) -> String {
        let id = padded(client.id, 5)
        return (client.paid[index] > 0 ? repayment(client, id) : "") + statement(client, id)
    }

    private func repayment(_ client: SampleClient, _ id: String) -> String {
        let day = 5 + client.id % 20
        let amount = client.paid[index] * 100
        return """
            {"eventId":"uci-\(id)-r-\(index + 1)","person":"uci-\(id)","producer":"uci-bank",\
            "occurredAt":\(milliseconds(day: day, hour: 12)),"currency":"TWD",\
            "repayment":{"obligation":"card-\(id)","kind":"CARD","dueDate":"\(date(day))","amountDue":\(amount),\
            "amountPaid":\(amount),"paidDate":"\(date(day))","status":"PAID"}}

            """
    }

    private func statement(_ client: SampleClient, _ id: String) -> String {
        """
        {"eventId":"uci-\(id)-s-\(index + 1)","person":"uci-\(id)","producer":"uci-bank",\
        "occurredAt":\(milliseconds(day: lastDay, hour: 18)),"currency":"TWD",\
        "statement":{"account":"card-\(id)","periodEnd":"\(date(lastDay))","creditLimit":\(client.limit * 100),\
        "balance":\(client.balance[index] * 100),"minimumDue":0,"daysPastDue":\(30 * max(0, client.status[index]))}}

        """
    }

    private func date(_ day: Int) -> String { "2005-\(padded(number, 2))-\(padded(day, 2))" }

    private func milliseconds(day: Int, hour: Int64) -> Int64 {
        // The months of the data are dates of the calendar, whatever the day.
        Int64(CalendarDate(year: 2005, month: number, day: day)!.days) * Timestamp.dayMilliseconds + hour * 3_600_000
    }
}

func padded(_ number: Int, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
}
