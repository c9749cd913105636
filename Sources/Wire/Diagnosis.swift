import Events

/// All that is wrong with one raw value, and what can be told of it all the same.
///
/// It is found by reading once more what was refused: a field at fault is noted and read as some sound value, until no field
/// is at fault; then the catalogue's rules are asked, without those that look at a field which was at fault.
public struct Diagnosis: Sendable {
    /// Faults of one value that are told, at most.
    public static let faultsMax = 16

    /// In the order in which reading meets them: the first one is what `decode` throws. Empty where nothing is wrong.
    public private(set) var faults: [Refusal] = []
    /// Whether there are faults that are not told.
    public private(set) var hasMore = false
    /// Whose event it is; nil where that cannot be told.
    public private(set) var person: Identifier?
    /// ms, within `Timestamp.allowed`; nil where it cannot be told.
    public private(set) var occurredAt: Int64?
    /// nil where the value has no body.
    public private(set) var type: EventType?

    init() {}

    /// Of a value of which nothing but this can be told.
    init(_ fault: Refusal) { faults = [fault] }

    mutating func add(_ fault: Refusal) {
        if faults.count < Self.faultsMax { faults.append(fault) } else { hasMore = true }
    }

    /// The body to be read: of several the first.
    mutating func body(of members: FieldSlots) -> Int? {
        do throws(Refusal) {
            return try members.body()
        } catch {
            add(error)
            return EventMembers.bodies.indices.first { members[EventMembers.firstBody + $0].isPresent }
        }
    }

    /// Reads the members of Event and those of its body, if there is one that can be read.
    mutating func read(_ members: FieldSlots, body: FieldSlots?) {
        _ = value { () throws(Refusal) in try members.identifier(EventField.eventId) }
        person = value { () throws(Refusal) in try members.identifier(EventField.person) }
        _ = value { () throws(Refusal) in try members.identifier(EventField.producer) }
        let time = value { () throws(Refusal) in try members.integer(EventField.occurredAt) }
        occurredAt = time.flatMap { Timestamp.allowed.contains($0) ? $0 : nil }
        let currency = value { () throws(Refusal) in try members.optionalCurrency(EventField.currency) }
        guard var body else { return }
        type = body.message
        guard let catalogueBody = catalogueBody(&body) else { return }
        let violations = Event.violations(
            occurredAt: time ?? Timestamp.allowed.lowerBound, currency: currency ?? nil, body: catalogueBody)
        let told = Set(faults.map(\.field))
        for violation in violations where told.isDisjoint(with: violation.others + [violation.field]) {
            add(Refusal(violation))
        }
    }

    /// nil, and a fault more, where the reading throws.
    private mutating func value<Value>(_ reading: () throws(Refusal) -> Value) -> Value? {
        do throws(Refusal) {
            return try reading()
        } catch {
            add(error)
            return nil
        }
    }

    /// The body, its faulty fields replaced by sound ones after they have been told.
    private mutating func catalogueBody(_ members: inout FieldSlots) -> Event.Body? {
        for _ in 0...EventMembers.memberNames(of: members.message!).count {
            do throws(Refusal) {
                return try members.catalogueBody()
            } catch {
                add(error)
                guard members.excuse(error.field) else { return nil }
            }
        }
        return nil
    }
}

extension FieldSlots {
    /// Has the field be read as some sound value from here on; false where the path names none.
    fileprivate mutating func excuse(_ path: String) -> Bool {
        let names = message.map(EventMembers.memberNames) ?? []
        guard let place = names.firstIndex(where: { self.path($0) == path }) else { return false }
        self[place] = Slot(.excused)
        return true
    }
}
