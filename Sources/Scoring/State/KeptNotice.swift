import Events

/// A consent or a correction as a person's state keeps it: for its id (duplicates, conflicts), and a correction for the id
/// that it makes void. It dates no person's day and enters no feature.
struct KeptNotice: Equatable {
    /// See `Identifier.identity`.
    let identity: UInt64
    let contentHash: UInt64
    /// Of a correction: the identity of the event that it takes back; else 0.
    let voided: UInt64
    /// Dropped with the events of this day. A correction's is the clock's day where that is later, so that an id stays
    /// void for the horizon however far back the correction is dated.
    let day: Int32
    let type: UInt8
}
