import Checksums
import Events

/// Whom a result goes to.
enum ResultRecipients {
    case allGrants
    case grant(Int)
    /// A challenger says it.
    case nobody
}

/// Results are written in their layout (see `ScoreResult`) straight from a person's ledger.
extension FoldState {
    /// Writes the next result of the person at `slot`. `model` names the one whose characteristics it tells, from the bins
    /// that the ledger has to those of the evaluation; where the head has a score but no previous one, all from nothing,
    /// to those of the ledger where it is announced again.
    mutating func write(
        _ head: ResultHead, movementsOf model: Int?, _ slot: Int, to recipients: ResultRecipients,
        into output: inout FoldOutput
    ) {
        sequence += 1
        let start = output.results.count
        let grants = people[slot].ledger.grantCount
        let recipientCount =
            switch recipients {
            case .allGrants: grants
            case .grant: 1
            case .nobody: 0
            }
        head.encode(
            sequence: sequence, partition: partition, offset: timelineOffset,
            movements: model.map { compiled.models[$0].row.count } ?? 0, recipients: recipientCount,
            into: &output.results)
        if let model { writeMovements(model, slot, recipients, into: &output.results) }
        switch recipients {
        case .allGrants: people[slot].ledger.encodeRecipients(into: &output.results)
        case .grant(let grant): people[slot].ledger.encodeRecipients(only: grant, into: &output.results)
        case .nobody: break
        }
        chain = ScoreResult.seal(from: start, after: chain, in: &output.results)
        output.ends.append(output.results.count)
    }

    private func writeMovements(
        _ model: Int, _ slot: Int, _ recipients: ResultRecipients, into bytes: inout [UInt8]
    ) {
        let isAnnounced = if case .grant = recipients { true } else { false }
        let hadScore = !isAnnounced && compiled.hasScore(model, people[slot].ledger)
        let hasScore = isAnnounced || evaluation.verdicts[model].score != nil
        for row in compiled.models[model].row {
            let before = hadScore ? people[slot].ledger.bin(row) : -1
            let after = !hasScore ? -1 : isAnnounced ? people[slot].ledger.bin(row) : evaluation.bins[row]
            ScoreResult.append(
                binBefore: before, binAfter: after,
                pointsBefore: hadScore ? compiled.outcome(row, before).points : 0,
                pointsAfter: hasScore ? compiled.outcome(row, after).points : 0, to: &bytes)
        }
    }
}
