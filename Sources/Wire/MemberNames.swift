import Events

/// The names of a message's members: those of JSON, and those of event.proto, which proto3's JSON mapping asks parsers to
/// take as well (`occurred_at` for `occurredAt`). Both lead to one place, so a member that comes under both is a duplicate.
struct MemberNames: Sendable {
    /// As the mapping writes them.
    let names: NameList
    /// As event.proto spells them.
    let protoNames: NameList

    init(_ names: [String]) {
        self.names = NameList(names)
        protoNames = NameList(names.map(Self.protoName))
    }

    var all: [String] { (0..<names.count).map { names[$0] } }

    /// The place of `name` under either of its names.
    func index(of name: RawSpan) -> Int? { names.index(of: name) ?? protoNames.index(of: name) }

    /// `amount_due` for `amountDue`.
    static func protoName(_ name: String) -> String {
        var proto = ""
        for letter in name {
            if letter.isUppercase { proto += "_" }
            proto += letter.lowercased()
        }
        return proto
    }
}
