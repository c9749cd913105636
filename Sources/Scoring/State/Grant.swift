import Events

/// A live grant: one subscriber may see one person's score for one purpose, until it ends.
struct Grant: Equatable {
    let id: Identifier
    let purpose: Purpose
    let subscriberReference: Identifier
    /// The consent that opened it: a subscriber counts 1, 2, 3 … per grant and opening. A renewal continues.
    let opening: Coordinates
    var expiresAt: Int64
    /// Of the last score change, 0 before the first.
    var number: UInt64
}
