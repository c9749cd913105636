import CorpusFiles
import Events
import Testing
import Wire

@Suite struct CorpusTests {
    @Test(arguments: try Corpus.cases())
    func `each case is refused for the reason in its name`(_ sample: CorpusCase) throws {
        let refusal = #expect(throws: Refusal.self, "\(sample)") { try consume(sample) }
        #expect(refusal?.reason.rawValue == sample.expectedReason, "\(sample): \(String(describing: refusal))")
        #expect(refusal?.mend.isEmpty == false)
        #expect(refusal?.field.utf8.count ?? 0 <= 160)
    }

    @Test func `the corpus has every reason and every topic`() throws {
        let cases = try Corpus.cases()
        #expect(
            Set(cases.map(\.expectedReason))
                == Set(RefusalReason.allCases.filter { !RefusalReason.ofControl.contains($0) }.map(\.rawValue)))
        #expect(Set(cases.map(\.topic)) == Set(RawTopic.events.map(\.name)))
        #expect(cases.count >= 60)
    }

    @Test func `what a timeline says of ticks decides over them`() {
        #expect(Refusal.tickStatesTime.reason == .tickNotAllowed)
        #expect(Refusal.tickWithoutTime.reason == .tickNotAllowed)
        #expect(Refusal.tickStatesTime != Refusal.tickWithoutTime)
    }

    /// What the consumers do beside decoding, as far as a record alone decides it.
    private func consume(_ sample: CorpusCase) throws(Refusal) {
        guard let value = sample.value else { throw Refusal.null }
        switch try EventDecoder().decode(unsafe value.span.bytes) {
        case .tick:
            if sample.topic != RawTopic.consents.name { throw Refusal.tickOnOtherTopic }
        case .event(_, let event):
            let topic = event.type.topic.name
            if topic != sample.topic { throw Refusal.wrongTopic(type: event.type.name, belongs: topic) }
            let appendedAt: Int64 = 1_800_000_000_000  // 2027-01-15
            if event.occurredAt > appendedAt + EventRules.datedAheadMaxMilliseconds { throw Refusal.datedAhead }
            switch event.type {
            case .erasure, .dispute: throw Refusal.notSupportedYet(type: event.type.name)
            case .repayment, .bill, .statement, .cashFlow, .rental, .consent, .correction: break
            }
        }
    }
}
