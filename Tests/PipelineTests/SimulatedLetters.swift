import Scoring
import SimulatedLog

extension SimulatedPipeline {
    /// Places of the records that consumers refused. What the fold refuses is in one of its classes as well.
    var refusedByConsumers: Set<[UInt8]> {
        let ofFold = Set(FoldRefusal.Reason.allCases.map(\.rawValue))
        let letters = cluster.records(names.deadLetters).filter { letter in
            !letter.headers.contains { $0.name == "plainscore.reason" && ofFold.contains($0.value) }
        }
        return Set(letters.map { $0.key! })
    }
}
