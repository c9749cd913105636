import Checksums
import Events
import Foundation
import ScorecardFiles
import Scoring
import TestTimeline

// Prints a digest of the results and of the last state of twenty timelines drawn from seeds, each folded in one go.
// Tests/FoldDigest/compare runs it under other hash seeds, time zones, locales and builds: the lines must not differ.
let models = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../../deploy/models")
let scorecard = try ModelFile.read(models.appendingPathComponent("uci-max.pmml").standardizedFileURL.path)
for seed in 1...20 as ClosedRange<UInt64> {
    let timeline = try RandomTimeline.doubtful(seed: seed, events: 600).timeline
    let fold = PartitionFold(partition: 0, scorecard: scorecard)
    let results = try fold.fold(timeline.records).results
    print(seed, unsafe xxh3Digest(results.span.bytes).hex, fold.stateDigest.hex, fold.outcomes.total)
}
