import Events

/// A consent or a correction as a person's state keeps it: for its id (duplicates, conflicts), and a correction for the id
/// that it makes void. It dates no person's day and enters no feature.
struct KeptNotice: Equatable {
    let type: UInt8
    /// Dropped with the events of this day. A correction's is the clock's day where that is later, so that an id stays
    /// void for the horizon however far back the correction is dated.
    let day: Int32
    let contentHash: UInt64
    let producer: Identifier
    let id: Identifier
    /// Of a correction: the event that it takes back, the same producer's.
    let voided: Identifier?

    /// nil for an event that features can read.
    init?(_ event: Event, day: Int32, contentHash: UInt64) {
        switch event.body {
        case .consent: voided = nil
        case .correction(let correction): voided = correction.correctedEvent
        case .repayment, .bill, .statement, .cashFlow, .rental, .erasure, .dispute: return nil
        }
        type = event.type.rawValue
        self.day = day
        self.contentHash = contentHash
        producer = event.producer
        id = event.id
    }

    init(
        type: UInt8, day: Int32, contentHash: UInt64, producer: Identifier, id: Identifier, voided: Identifier?
    ) {
        self.type = type
        self.day = day
        self.contentHash = contentHash
        self.producer = producer
        self.id = id
        self.voided = voided
    }
}
