import Telemetry
import Testing

struct MetricsTests {
    @Test func `a family begins with its help, and its series carry the common labels first`() {
        var text = MetricsText(common: [("role", "aggregator")])
        text.family("lag_records", .gauge, "Records to come.")
        text.series([("partition", "0")], 7)
        text.series([("partition", "1")], -1)
        text.single("nothing_total", .counter, "What is not known is left out.", Int?.none)
        #expect(
            String(decoding: text.bytes, as: UTF8.self) == """
                # HELP lag_records Records to come.
                # TYPE lag_records gauge
                lag_records{role="aggregator",partition="0"} 7
                lag_records{role="aggregator",partition="1"} -1

                """)
    }

    @Test(arguments: [(0, "0"), (1, "0.001"), (1500, "1.5"), (-20, "-0.02"), (60_000, "60"), (1_100_010, "1100.01")])
    func `thousandths are written in full and no longer`(value: Int64, expected: String) {
        var text = MetricsText()
        text.family("a", .gauge, "A.")
        text.series([], thousandths: value)
        #expect(String(decoding: text.bytes, as: UTF8.self).hasSuffix("\na \(expected)\n"))
    }

    @Test func `a label's value may hold anything`() {
        var text = MetricsText()
        text.family("a", .gauge, "A.")
        text.series([("path", "a\\b\"c\nd")], 1)
        #expect(String(decoding: text.bytes, as: UTF8.self).contains(#"a{path="a\\b\"c\nd"} 1"#))
    }

    @Test(
        arguments: [
            (-5, 0), (0, 0), (1, 0), (2, 1), (3, 2), (4, 2), (5, 3), (1024, 10), (1025, 11), (65_536, 16), (65_537, 17),
            (.max, 17),
        ] as [(Int64, Int)])
    func `a duration falls into the first bucket whose bound it does not pass`(milliseconds: Int64, bucket: Int) {
        var histogram = DurationHistogram()
        histogram.observe(milliseconds: milliseconds)
        #expect(histogram.counts.firstIndex(of: 1) == bucket && histogram.count == 1)
        // As Prometheus reads it: the least bound that is not below.
        let bounds = DurationHistogram.boundsMilliseconds
        #expect(bucket == bounds.firstIndex { milliseconds <= $0 } ?? bounds.count)
    }

    @Test func `a histogram's buckets add up, the last one to its count`() {
        var histogram = DurationHistogram()
        histogram.observe(milliseconds: 3, count: 2)
        histogram.observe(milliseconds: 100_000)
        var text = MetricsText()
        text.histogram("d_seconds", "How long.", [("since", "x")], histogram)
        let lines = String(decoding: text.bytes, as: UTF8.self).split(separator: "\n")
        #expect(lines.contains(#"d_seconds_bucket{since="x",le="0.002"} 0"#))
        #expect(lines.contains(#"d_seconds_bucket{since="x",le="0.004"} 2"#))
        #expect(lines.contains(#"d_seconds_bucket{since="x",le="65.536"} 2"#))
        #expect(lines.contains(#"d_seconds_bucket{since="x",le="+Inf"} 3"#))
        #expect(lines.suffix(2) == [#"d_seconds_sum{since="x"} 100.006"#, #"d_seconds_count{since="x"} 3"#])
    }

    @Test func `stamps of a batch are counted at its commit, those that are missing are not`() {
        var runs = StampRuns()
        for stamp in [1000, 1000, 1000, 0, -1, 1004] as [Int64] { runs.append(stamp) }
        var more = StampRuns()
        more.append(1004, count: 5)
        runs.append(more)
        var histogram = DurationHistogram()
        runs.observe(in: &histogram, now: 1010)
        #expect(histogram.count == 9 && histogram.sumMilliseconds == 3 * 10 + 6 * 6)
    }

    @Test func `the board shows the last report, and says when the loop is stuck`() {
        let board = StatusBoard(role: "publisher", member: "a", startedAt: 5_000, now: 1_000)
        #expect(board.isHealthy(now: 1_000) && !board.isReady(now: 1_000))
        var reports = 0
        for now in stride(from: 2_000, to: 4_100, by: 100) as StrideTo<Int64> {
            board.round(now: now) {
                reports += 1
                var counters = RoleCounters(topics: ["out"], reasons: ["limit"])
                counters.recordsRead = UInt64(reports)
                return RoleMeasures(
                    counters: counters, topic: "in", latencyStart: .scoresAppend, isReady: true, partitions: [])
            }
        }
        #expect(reports == 3, "one a second")
        let text = String(decoding: board.metrics(now: 4_250), as: UTF8.self)
        let labels = #"role="publisher",member="a""#
        for line in [
            "plainscore_ready{\(labels)} 1", "plainscore_records_read_total{\(labels),topic=\"in\"} 3",
            "plainscore_records_written_total{\(labels),topic=\"out\"} 0",
            "plainscore_refused_total{\(labels),reason=\"limit\"} 0", "plainscore_loop_age_seconds{\(labels)} 0.25",
            "process_start_time_seconds{\(labels)} 5",
        ] { #expect(text.contains("\n\(line)\n") || text.hasPrefix("\(line)\n"), "\(line)") }
        #expect(board.isReady(now: 4_000 + StatusBoard.stuckMilliseconds))
        #expect(!board.isHealthy(now: 4_001 + StatusBoard.stuckMilliseconds))
        #expect(!board.isReady(now: 4_001 + StatusBoard.stuckMilliseconds))
    }

    @Test func `the system tells of memory, time and files of this process`() throws {
        let before = ProcessMeasures()
        let resident = try #require(before.residentBytes)
        let limit = try #require(before.memoryLimitBytes)
        #expect(resident > 1 << 20 && resident < limit)
        let files = try #require(before.openFiles)
        #expect(files > 2)
        // A process that works on sees its time grow.
        let cpu = try #require(before.cpuMilliseconds)
        var now: Int64? = cpu
        for _ in 0..<1_000_000 where now == cpu { now = ProcessMeasures().cpuMilliseconds }
        let grown = try #require(now)
        #expect(grown > cpu)
    }
}
