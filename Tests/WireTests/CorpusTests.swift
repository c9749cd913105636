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
        let decoded = try EventDecoder().decode(unsafe value.span.bytes)
        // A tick is of the timeline's kind here.
        let mode: TimelineProperties.Mode = decoded == .tick(time: nil) ? .live : .history
        try RawRules(on: RawTopic.events.first { $0.name == sample.topic }, in: mode).check(decoded)
        guard case .event(_, let event) = decoded else { return }
        if event.isRefusedAsDatedAhead(of: 1_800_000_000_000) { throw Refusal.datedAhead }  // of 2027-01-15
    }
}
