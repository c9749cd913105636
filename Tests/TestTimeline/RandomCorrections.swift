import Events

/// Corrections after and before what they correct, twice, of what cannot be corrected, of what nobody sent; originals sent
/// again, and replaced.
extension RandomTimeline {
    mutating func correct(_ person: PersonKey) throws {
        switch Int.random(in: 0..<100, using: &random) {
        case 0..<55:
            let latest = Bool.random(using: &random) ? 6 : 80
            let events = sent.suffix(latest).filter { $0.event.isFinancial }
            guard let wrong = events.randomElement(using: &random) else { return }
            try takeBack(wrong.event, of: wrong.person)
        case 55..<72:
            let wrong = try financialEvent(of: person)
            try takeBack(wrong, of: person)
            hold(wrong, person)
        case 72..<80:
            try keepAppointment(person)
        case 80..<90:
            // Another correction, or a consent: neither can be taken back.
            let others = sent.filter { !$0.event.isFinancial }
            guard let other = others.randomElement(using: &random) else { return }
            try takeBack(other.event, of: other.person)
        case 90..<94:
            guard let other = sent.randomElement(using: &random) else { return }
            // Another producer's, unless it has the same id.
            let producer = producers.randomElement(using: &random)!
            send(try correction(of: other.event.id, producer), other.person)
        case 94..<97:
            // Under an id that is taken, or that it makes void itself.
            guard let other = sent.randomElement(using: &random) else { return }
            let id = Bool.random(using: &random) ? other.event.id : Identifier(nextID("k"))!
            send(try correction(of: id, other.event.producer, id: id.text), other.person)
        default: try correctNobody(person)
        }
    }

    /// Of an event that was never sent, nor will be.
    mutating func correctNobody(_ person: PersonKey) throws {
        send(try correction(of: Identifier(nextID("n"))!, producers.randomElement(using: &random)!), person)
    }

    /// Sends the correction; often the original once more after it, or the right event under an id of its own.
    private mutating func takeBack(_ wrong: Event, of person: PersonKey) throws {
        let correction = try correction(of: wrong.id, wrong.producer)
        send(correction, person)
        if Int.random(in: 0..<4, using: &random) == 0 { hold(wrong, person) }
        if Int.random(in: 0..<8, using: &random) == 0 { hold(correction, person) }
        if Int.random(in: 0..<3, using: &random) == 0, wrong.isFinancial {
            send(try events.event(nextID("r"), producer: wrong.producer, at: wrong.occurredAt, using: &random), person)
        }
    }

    /// An event dated ahead, taken back at once, comes again about when its id is no longer void, which is before the
    /// event itself is too old.
    private mutating func keepAppointment(_ person: PersonKey) throws {
        let wrong = try financialEvent(of: person, at: now + day(1))
        send(try correction(of: wrong.id, wrong.producer), person)
        let offset = timeline.properties.dayOffset
        let first = offset.day(of: now, for: person)
        let again = offset.start(of: first + 800 + Int32.random(in: -1...1, using: &random), for: person)
        appointments.append((again + Int64.random(in: -1...1, using: &random), Sent(event: wrong, person: person)))
    }

    private mutating func correction(of id: Identifier, _ producer: Identifier, id own: String? = nil) throws -> Event {
        let time =
            switch Int.random(in: 0..<20, using: &random) {
            case 0..<14: now - Int64.random(in: 0..<day(1), using: &random)
            case 14..<16: now + Int64.random(in: 0...day(1), using: &random)
            case 16..<19: now - day(Int.random(in: 0...60, using: &random))
            default: now - day(Int.random(in: 790...810, using: &random))
            }
        return try Event(
            id: Identifier(own ?? nextID("k"))!, producer: producer, occurredAt: max(0, time), currency: nil,
            body: .correction(Correction(correctedEvent: id)))
    }

}
