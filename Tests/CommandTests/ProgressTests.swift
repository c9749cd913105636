import Commands
import Testing

struct ProgressTests {
    @Test(arguments: [
        (0, 1_000, 0, "replay  [····················]   0 %  0 of 1,000  0/s"),
        (450_000, 1_000_000, 1_500, "replay  [#########···········]  45 %  450,000 of 1,000,000  300,000/s  1 s left"),
        (1_000, 1_000, 2_000, "replay  [####################] 100 %  1,000 of 1,000  500/s  0 s left"),
        (1_200, 1_000, 2_000, "replay  [####################] 100 %  1,200 of 1,000  600/s  0 s left"),
        (100, 100_000, 1_000, "replay  [····················]   0 %  100 of 100,000  100/s  16 min 39 s left"),
        (1, 100_000, 1_000, "replay  [····················]   0 %  1 of 100,000  1/s  27 h 46 min left"),
        (1_234, 0, 2_000, "replay  1,234  617/s"),
    ])
    func `says part, rate and time left`(done: Int64, total: Int64, milliseconds: Int64, line: String) {
        #expect(Progress.line("replay", done: done, total: total, milliseconds: milliseconds) == line)
    }
}
