/// How much a fold holds of its persons.
public struct StateContent: Equatable, Sendable {
    public fileprivate(set) var persons = 0
    /// Persons with a score by the model that speaks.
    public fileprivate(set) var scored = 0
    /// Live ones.
    public fileprivate(set) var grants = 0
    /// Kept events that features can read.
    public fileprivate(set) var events = 0
    /// Corrections kept.
    public fileprivate(set) var notices = 0
    /// Events that wait for a consent.
    public fileprivate(set) var waiting = 0
    /// Marks of grants that were closed and are not live.
    public fileprivate(set) var marks = 0
}

extension PartitionFold {
    /// Complexity: linear in persons and marks.
    public var content: StateContent {
        var content = StateContent()
        for slot in 0..<state.people.held.count where state.people.held[slot] {
            content.persons += 1
            let compiled = state.generations.compiled(state.people[slot].ledger.generation)
            if compiled.hasScore(0, state.people[slot].ledger) { content.scored += 1 }
            content.grants += state.people[slot].ledger.grantCount
            content.events += state.people[slot].events.count
            content.notices += state.people[slot].ledger.noticeCount
        }
        content.waiting = state.waiting.count
        content.marks = state.marks.count(clock: state.clock)
        return content
    }
}
