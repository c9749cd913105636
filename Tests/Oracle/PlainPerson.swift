import Events

/// What the rules keep of one person, while any grant lives.
public struct PlainPerson: Sendable {
    public let key: PersonKey
    /// Of the five financial types, in the order (occurred-at, producer, event id).
    public internal(set) var events: [PlainEvent] = []
    /// Corrections, with the day they are kept on: their own, or the clock's where that is later.
    public internal(set) var notices: [PlainEvent] = []
    /// In the order in which they were opened.
    public internal(set) var grants: [PlainGrant] = []
    public internal(set) var standingDay: Int32
    public internal(set) var evaluation = PlainEvaluation()
    /// The next moment on the clock at which something can change though no event comes, ms; `.max` for never.
    public internal(set) var due: Int64 = .max

    /// The events that a correction made void, by what makes them so.
    func isVoid(_ event: Event) -> Bool {
        notices.contains { notice in
            guard case .correction(let correction) = notice.event.body else { return false }
            return correction.correctedEvent == event.id && notice.event.producer == event.producer
        }
    }
}

public struct PlainGrant: Sendable {
    public let id: Identifier
    public let purpose: Purpose
    public let reference: Identifier
    public let opening: Coordinates
    public internal(set) var expiresAt: Int64
    /// When the consent that holds was given.
    public internal(set) var grantedAt: Int64
    /// Of the last change, 0 before the first.
    public internal(set) var number: UInt64 = 0

    init(_ consent: Consent, _ event: Event, opening: Coordinates) {
        id = consent.grant
        purpose = consent.purpose
        reference = consent.subscriberReference
        self.opening = opening
        expiresAt = consent.expiresAt!
        grantedAt = event.occurredAt
    }

    var recipient: PlainChange.Recipient {
        .init(grant: id, purpose: purpose, reference: reference, opening: opening, number: number)
    }
}
