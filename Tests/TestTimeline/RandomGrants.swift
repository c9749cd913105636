import Events

/// Grants that open, are renewed, withdrawn, opened again, expire at moments that matter; consents that contradict a grant.
extension RandomTimeline {
    mutating func grantOrRenew(_ person: PersonKey) throws {
        let grant = drawnGrant(of: person)
        let time = now - Int64.random(in: 0..<day(1), using: &random)
        let latest = time + EventRules.grantMilliseconds
        let offset = timeline.properties.dayOffset
        let inDays = Int.random(in: 1...365, using: &random)
        let expiry: Int64 =
            switch Int.random(in: 0..<20, using: &random) {
            case 0..<5: time + day(inDays)
            case 5..<13: latest
            // At the end of a day of theirs, or a millisecond beside it.
            case 13..<18:
                offset.start(of: offset.day(of: time + day(inDays), for: person), for: person)
                    + Int64.random(in: -1...1, using: &random)
            case 18: now + Int64.random(in: -2...2, using: &random)
            default: time + 1 + Int64.random(in: 0..<day(20), using: &random)
            }
        let isOther = Int.random(in: 0..<25, using: &random) == 0
        let event = try EventMaker().granted(
            nextID("c"), grant: grant.id, at: time, until: max(time + 1, min(latest, expiry)),
            purpose: isOther ? .utilities : grant.purpose,
            reference: Int.random(in: 0..<40, using: &random) == 0 ? "other" : "client")
        sendLate(event, person)
    }

    mutating func withdraw(_ person: PersonKey) throws {
        let grant = drawnGrant(of: person)
        let consents = sent.suffix(80).filter { $0.person == person && $0.event.type == .consent }
        let time: Int64
        switch Int.random(in: 0..<20, using: &random) {
        case 0: time = 1
        case 1: time = now + day(2)
        // At the moment of another consent, or a millisecond beside it.
        case 2..<7:
            time =
                (consents.randomElement(using: &random)?.event.occurredAt ?? now)
                + Int64.random(in: -1...1, using: &random)
        default: time = now - Int64.random(in: 0..<day(1), using: &random)
        }
        let event = try EventMaker().withdrawn(nextID("w"), grant: grant.id, at: max(0, time), purpose: grant.purpose)
        sendLate(event, person)
    }

    /// One of three that a person may have; no two persons share an id.
    private mutating func drawnGrant(of person: PersonKey) -> (id: String, purpose: Purpose) {
        let number = [1, 1, 1, 2, 3].randomElement(using: &random)!
        return ("g\(number)-\(person.high >> 60)", [.lending, .tenancy, .lending][number - 1])
    }
}
