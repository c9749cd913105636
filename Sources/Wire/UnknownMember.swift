import Events

/// A member of JSON that the schema does not have, and where the value belongs, if that can be told. Cold.
struct UnknownMember {
    /// What to do: the right name, the right place, or to leave it out.
    let mend: String
    /// The place of the member of the same message that was meant.
    let meant: Int?

    /// - Parameters:
    ///   - name: fit for an error (`printable`).
    ///   - body: in whose object it stands; nil for Event's own.
    ///   - bodies: those that are there.
    init(_ name: String, in body: EventType?, bodies: [EventType]) {
        let own = EventMembers.names(of: body)
        if let body {
            if let outer = Self.exact(name, EventMembers.names(of: nil)) {
                self.init("move it out of \(body.name): \(outer) stands beside \(body.name), not in it")
                return
            }
        } else if let home = (bodies + EventMembers.bodies).first(where: { Self.exact(name, $0) != nil }) {
            self.init("move it into the object \(home.name): it is a member of that, not of the event")
            return
        }
        if let near = nearestName(to: name, among: own.all), let place = own.all.firstIndex(of: near) {
            self.init("write \(near): the schema has no field \(name)", meant: place)
            return
        }
        if body == nil {
            for home in bodies {
                guard let near = nearestName(to: name, among: EventMembers.memberNames(of: home)) else { continue }
                self.init("write \(near) and move it into the object \(home.name): the schema has no field \(name)")
                return
            }
        }
        self.init("leave it out: the schema has no such field; \(Self.list(body))")
    }

    private init(_ mend: String, meant: Int? = nil) {
        self.mend = mend
        self.meant = meant
    }

    private static func exact(_ name: String, _ body: EventType) -> String? {
        exact(name, EventMembers.names(of: body))
    }

    private static func exact(_ name: String, _ names: MemberNames) -> String? {
        names.all.first { $0 == name || MemberNames.protoName($0) == name }
    }

    private static func list(_ body: EventType?) -> String {
        guard let body else {
            return "an event has \(EventField.names.joined(separator: ", ")) and one of "
                + EventMembers.bodies.map(\.name).joined(separator: ", ")
        }
        let names = EventMembers.memberNames(of: body)
        return names.isEmpty ? "\(body.name) is an empty object" : "\(body.name) has \(names.joined(separator: ", "))"
    }
}
