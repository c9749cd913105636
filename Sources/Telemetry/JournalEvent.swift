/// All that a process can say in its journal. The raw value is the entry's `event`.
public enum JournalEvent: String, CaseIterable, Sendable {
    // The process.
    /// The first entry: version, configuration.
    case started
    /// Metrics and health are served at `http`.
    case serving
    /// Everything that it needs was there; work begins.
    case ready
    /// The last entry of a process that ends in order.
    case stopped
    /// The last entry of a process that was asked to stop and did not come to an end of its work in time, or could not:
    /// what is not committed is done again at the next start.
    case stopCutShort
    /// The last entry of a process that does not: exit code, reason, mend.
    case failed
    /// The publisher runs with plain commits: a crash may publish a change twice, under the same number.
    case withoutTransactions

    /// What the Kafka library says of itself, as it says it.
    case kafkaLibrary

    // The group.
    case assigned
    case revoked
    /// The partitions were gone before they could be given back.
    case lost
    /// Another process has taken this one's place.
    case fenced

    // State.
    case snapshotWritten
    case snapshotFailed
    /// A snapshot does not verify or does not fit; an older one is tried.
    case snapshotRefused
    /// A partition's state is that of the committed offset again.
    case recovered

    // Records.
    case refusedRecords
    /// A raw topic has its producers' stamps instead of the broker's: said once for each assignment.
    case foreignStamps
    /// The first events whose record is keyed by something else than their person; `plainscore_foreign_keys_total` counts on.
    case foreignKeys
    /// A switch of models is on its way to every timeline partition.
    case modelsCarried
    case transactionAborted
}
