import CorpusFiles
import Events
import Foundation
import Testing
import Wire

/// Bytes that were good, or bad in a known way, changed at random: each decodes to an event or a tick, or is refused by a
/// reason of the list, with a field and a mend that are fit for a dead letter.
///
/// `PLAINSCORE_FUZZ_RECORDS` says how many records; `PLAINSCORE_FUZZ_SEED` draws others. A failure prints the seed of its
/// record, which alone makes it again.
struct MutationFuzzTests {
    private static let environment = ProcessInfo.processInfo.environment
    private static let records = environment["PLAINSCORE_FUZZ_RECORDS"].flatMap { UInt64($0) } ?? 200_000
    private static let seed = environment["PLAINSCORE_FUZZ_SEED"].flatMap { UInt64($0) } ?? 20_261_201
    /// The longest time that one record may take: no input makes the decoder hang.
    private static let recordTimeMax = Duration.seconds(30)

    @Test func `each mutated record is an event, a tick or a refusal that is fit for a dead letter`() throws {
        let seeds = try MutationSeeds()
        let decoder = EventDecoder()
        var counts: [String: Int] = [:]
        let clock = ContinuousClock()
        for record in 0..<Self.records {
            let seed = Self.seed &+ record
            var mutation = Mutation(seed: seed)
            let value = mutation.value(of: seeds)
            let began = clock.now
            let outcome = Self.outcome(decoder, value)
            let took = clock.now - began
            switch outcome {
            case .success(let name): counts[name, default: 0] += 1
            case .failure(let refusal):
                counts[refusal.reason.rawValue, default: 0] += 1
                let all = unsafe decoder.diagnose(value.span.bytes).faults
                if all.first != refusal || all.count > Diagnosis.faultsMax {
                    Issue.record("seed \(seed): \(all.count) faults, the first \(all.first as Refusal?): \(refusal)")
                    return
                }
                for refusal in all {
                    guard let fault = Self.fault(of: refusal) else { continue }
                    Issue.record("seed \(seed): \(fault): \(refusal)")
                    return
                }
            }
            if took > Self.recordTimeMax {
                Issue.record("seed \(seed): \(value.count) bytes took \(took)")
                return
            }
        }
        #expect(UInt64(counts.values.reduce(0, +)) == Self.records)
        let names = counts.sorted { $0.value > $1.value }.map { "\($0.key) \($0.value)" }
        print("fuzz: \(Self.records) records from seed \(Self.seed): \(names.joined(separator: ", "))")
        // The mutations reach what they are for: most reasons of the decoder, and some records that stay good.
        #expect(counts["event", default: 0] > 0 && counts["tick", default: 0] > 0)
        #expect(counts.count > 15, "\(counts)")
    }

    @Test func `what a refusal must not say is found`() {
        #expect(Self.fault(of: Refusal(.empty, "", "send an event")) == nil)
        #expect(Self.fault(of: Refusal(.empty, "", "")) != nil)
        #expect(Self.fault(of: Refusal(.unknownField, "a\nb", "leave it out")) != nil)
        #expect(Self.fault(of: Refusal(.unknownField, String(repeating: "a", count: 161), "leave it out")) != nil)
        #expect(Self.fault(of: Refusal(.empty, "", String(repeating: "a", count: 1_025))) != nil)
        #expect(Self.fault(of: Refusal(.null, "", "the decoder knows of no null")) != nil)
    }

    private static func outcome(_ decoder: EventDecoder, _ value: [UInt8]) -> Result<String, Refusal> {
        do throws(Refusal) {
            switch try decoder.decode(unsafe value.span.bytes) {
            case .tick(let time):
                precondition(time.map(Timestamp.allowed.contains) ?? true)
                return .success("tick")
            case .event(let person, let event):
                precondition(person.span.byteCount <= Identifier.maxCount)
                precondition(Timestamp.allowed.contains(event.occurredAt))
                return .success("event")
            }
        } catch {
            return .failure(error)
        }
    }

    /// What is wrong with a refusal of the decoder; nil where nothing is.
    private static func fault(of refusal: Refusal) -> String? {
        let others: Set<RefusalReason> = [.null, .wrongTopic, .datedAhead, .notSupportedYet, .tickNotAllowed]
        if others.contains(refusal.reason) || RefusalReason.ofControl.contains(refusal.reason) {
            return "a reason that the bytes alone do not give"
        }
        if refusal.field.utf8.count > 160 { return "a field of \(refusal.field.utf8.count) bytes" }
        if !refusal.field.utf8.allSatisfy({ (0x20...0x7E).contains($0) }) { return "a field that is not printable" }
        if refusal.mend.isEmpty || refusal.mend.utf8.count > 1_024 {
            return "a mend of \(refusal.mend.utf8.count) bytes"
        }
        let isPrintable = refusal.mend.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
        return isPrintable ? nil : "a mend with control characters"
    }
}
