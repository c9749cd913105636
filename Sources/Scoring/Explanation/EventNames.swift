import Events

/// Producer and id of a person's events, by identity: the state keeps only the hash, so who explains it gathers them from
/// the log.
public struct EventNames: Sendable {
    private var names: [UInt64: (producer: Identifier, id: Identifier)] = [:]

    public init() {}

    public mutating func take(_ event: Event, of person: PersonKey) {
        names[event.identity(of: person)] = (event.producer, event.id)
    }

    subscript(identity: UInt64) -> (producer: Identifier, id: Identifier)? { names[identity] }
}
