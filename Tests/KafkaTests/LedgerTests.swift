import Kafka
import Log
import Testing

@Suite struct Ledger {
    @Test func `tickets settle in order whatever the order of delivery`() {
        var ledger = DeliveryLedger()
        for _ in 0..<3 {
            ledger.appended()
            ledger.appended()
            _ = ledger.seal()
        }
        ledger.delivered(2)
        ledger.delivered(2)
        ledger.delivered(1)
        #expect(ledger.settled == 0)
        ledger.delivered(1)
        #expect(ledger.settled == 2)
        ledger.failed(3, "gone")
        ledger.delivered(3)
        #expect(ledger.settled == 2)
        #expect(ledger.failure == "gone")
        #expect(ledger.deliveredCount == 5)
    }

    @Test func `a record that was given up because another failed does not say why, whichever report comes first`() {
        var ledger = DeliveryLedger()
        for _ in 0..<4 { ledger.appended() }
        ledger.failed(1, "purged", isConsequence: true)
        #expect(ledger.failure == "purged" && ledger.failureKind == .undelivered && ledger.lacksCause)
        ledger.failed(1, "no right to write", .configuration)
        #expect(ledger.failure == "no right to write" && ledger.failureKind == .configuration && !ledger.lacksCause)
        ledger.failed(1, "purged", isConsequence: true)
        ledger.failed(1, "too late")
        #expect(ledger.failure == "no right to write" && ledger.failureKind == .configuration && !ledger.lacksCause)
    }

    @Test func `it agrees with a simple count over random deliveries`() {
        let seed = UInt64.random(in: 0 ... .max)
        var random = Generator(state: seed)
        var ledger = DeliveryLedger()
        var underway: [Ticket] = []
        var sealed: Ticket = 0
        for _ in 0..<20_000 {
            switch random.next() % 4 {
            case 0, 1:
                ledger.appended()
                underway.append(sealed + 1)
            case 2 where !underway.isEmpty:
                ledger.delivered(underway.remove(at: Int(random.next() % UInt64(underway.count))))
            default:
                sealed += 1
                #expect(ledger.seal() == sealed)
            }
            #expect(ledger.settled == min(sealed, (underway.min() ?? .max) - 1), "seed \(seed)")
        }
    }

    private struct Generator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state >> 33
        }
    }
}

@Suite struct StallWatching {
    @Test func `thirty quiet checks below the end are a stall, and an advance or a missing answer starts again`() {
        var watch = StallWatch()
        watch.watch([PartitionPosition(partition: 0, offset: 5), PartitionPosition(partition: 1, offset: 9)])
        // Partition 1 is at its end, partition 0 is not.
        #expect(checks(&watch, ends: [0: 8, 1: 9]) == 30)
        watch.advance(0, to: 6)
        #expect(checks(&watch, ends: [0: 8, 1: 9]) == 30)
        watch.advance(0, to: 8)
        #expect(checks(&watch, ends: [0: 8, 1: 9]) == nil)
        #expect(checks(&watch, ends: [0: nil, 1: 9]) == nil)
        watch.watch([])
        #expect(checks(&watch, ends: [0: 100]) == nil)
    }

    /// After how many checks a stall shows, of a hundred.
    private func checks(_ watch: inout StallWatch, ends: [Int32: Int64?]) -> Int? {
        for count in 1...100 {
            for partition in watch.check() where watch.answer(partition, end: ends[partition] ?? nil) != nil {
                return count
            }
        }
        return nil
    }
}
