import Events
import Foundation
import Wire

/// The events of the stripped job (`shared/limit/README.md`) as `gen` leaves them in a file: 60 bytes each, in the order of
/// time, over 400 days.
struct StrippedJob {
    /// One record of the file, with the person as an index.
    struct Payment {
        let person: Int
        let id: (UInt64, UInt64)
        /// ms since the epoch.
        let at: Int64
        let dueMinor: Int64
        let paidMinor: Int64
        let daysLate: Int64

        var day: Int64 { at / Timestamp.dayMilliseconds }
    }

    static let startedAt: Int64 = 1_700_006_400_000  // 2023-11-15T00:00Z
    static let dayCount: Int64 = 400
    private static let recordBytes = 60

    let payments: [Payment]
    /// The persons' references: the key's 16 bytes in hexadecimal.
    let persons: [String]

    init(file path: String) throws {
        let data = try Data(contentsOf: URL(fileURLWithPath: path))
        var indices: [String: Int] = [:]
        var byNumber: [Int64: Int] = [:]
        var persons: [String] = []
        var payments: [Payment] = []
        payments.reserveCapacity(data.count / Self.recordBytes)
        unsafe data.withUnsafeBytes { bytes in
            func word(_ offset: Int) -> Int64 {
                Int64(littleEndian: unsafe bytes.loadUnaligned(fromByteOffset: offset, as: Int64.self))
            }
            for start in stride(from: 0, to: bytes.count, by: Self.recordBytes) {
                let number = word(start + 8)
                let person: Int
                if let known = byNumber[number] {
                    person = known
                } else {
                    let reference = hexadecimal(word(start)) + hexadecimal(number)
                    person = persons.count
                    persons.append(reference)
                    precondition(indices.updateValue(person, forKey: reference) == nil, "a key names one person")
                    byNumber[number] = person
                }
                let late = unsafe bytes.loadUnaligned(fromByteOffset: start + 56, as: Int32.self)
                payments.append(
                    Payment(
                        person: person,
                        id: (UInt64(bitPattern: word(start + 16)), UInt64(bitPattern: word(start + 24))),
                        at: word(start + 32), dueMinor: word(start + 40),
                        // A payment of nothing is none in our catalogue, where the job still counts its days late.
                        paidMinor: max(1, word(start + 48)), daysLate: Int64(Int32(littleEndian: late))))
            }
        }
        self.payments = payments
        self.persons = persons
    }

    /// The event as its producer sends it. `shift` ms are added to its dates.
    func protobuf(_ payment: Payment, id: String? = nil, shift: Int64 = 0) throws -> [UInt8] {
        let at = payment.at + shift
        let day = at / Timestamp.dayMilliseconds
        let isWhole = payment.paidMinor >= payment.dueMinor
        let event = try Event(
            id: Identifier(id ?? hexadecimal(payment.id.0) + hexadecimal(payment.id.1))!,
            producer: Identifier("bench")!, occurredAt: at, currency: Currency("EUR"),
            body: .repayment(
                Repayment(
                    obligation: Identifier("loan-1")!, kind: .loan,
                    dueDate: CalendarDate(days: Int32(day - payment.daysLate))!, amountDueMinor: payment.dueMinor,
                    amountPaidMinor: payment.paidMinor, paidDate: CalendarDate(days: Int32(day))!,
                    status: isWhole ? .paid : .partial)))
        return EventEncoder.protobuf(person: Identifier(persons[payment.person])!, event: event)
    }

    /// A grant for a year, from `at` on; `round` tells one of a person's grants from the renewal of it.
    func grant(person: Int, at: Int64, round: Int) throws -> [UInt8] {
        let event = try Event(
            id: Identifier("grant-\(round)-\(persons[person])")!, producer: Identifier("bench")!, occurredAt: at,
            currency: nil,
            body: .consent(
                Consent(
                    grant: Identifier(persons[person])!, purpose: .lending,
                    subscriberReference: Identifier("subscriber")!, action: .granted,
                    expiresAt: at + EventRules.grantMilliseconds)))
        return EventEncoder.protobuf(person: Identifier(persons[person])!, event: event)
    }
}

func hexadecimal(_ word: some FixedWidthInteger) -> String {
    let digits = String(UInt64(truncatingIfNeeded: word), radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
}
