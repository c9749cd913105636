import Events
import TestTimeline

/// Persons, time, and the records of what happens to them.
struct Workload {
    enum Content: String {
        case repayments
        /// One statement in ten, the rest cash flows.
        case accounts = "statements and cash flows"
    }

    static let dayMilliseconds: Int64 = 86_400_000

    let persons: Int
    let content: Content
    /// Between two events, ms; a fraction is carried over.
    private let gap: Double
    private(set) var now: Int64 = 18_000 * dayMilliseconds
    private var fraction = 0.0
    private var random = SeededRandom(seed: 1)
    private var number: UInt64 = 0
    private var rawOffsets = [Int64](repeating: 0, count: 8)
    private var stamp: Int64 = 0
    /// Events by day, from day 0.
    private var eventsByDay: [Int: Int] = [:]

    let properties: TimelineProperties = {
        var properties = TimelineProperties(
            identity: 42, mode: .live, dayOffset: .spread, partitions: 1, rawPartitions: [1, 1, 1, 1, 1])
        properties.clockStepSeconds = 40 * 86_400  // days pass at once
        properties.rollsPerTick = .max  // a tick rolls all who are due, so that records roll nobody
        return properties
    }()

    init(persons: Int, rate: Int, content: Content) {
        self.persons = persons
        self.content = content
        gap = Double(30 * Self.dayMilliseconds) / Double(persons * rate)
    }

    /// Events whose day is within the last `days`.
    func events(inLast days: Int) -> Int {
        let today = Int(now / Self.dayMilliseconds)
        return eventsByDay.reduce(0) { $0 + ($1.key > today - days ? $1.value : 0) }
    }

    // MARK: - Records

    mutating func appendProperties(to batch: inout Batch) { append(.properties(properties), .control, to: &batch) }

    mutating func appendTick(to batch: inout Batch) {
        append(.tick(time: now, secretFingerprint: 7, properties), .consents, to: &batch)
    }

    mutating func pass(milliseconds: Int64) { now += milliseconds }

    /// The grant of person `index`, or its renewal number `renewal`, dated so that the grant goes on without a gap.
    mutating func appendGrant(of index: Int, renewal: Int, to batch: inout Batch) throws {
        let time = now + Int64(renewal) * 360 * Self.dayMilliseconds
        let consent = Consent(
            grant: Identifier("grant-\(index)")!, purpose: .lending,
            subscriberReference: Identifier("client-\(index)")!,
            action: .granted, expiresAt: time + 365 * Self.dayMilliseconds)
        let event = try Event(
            id: Identifier("c\(renewal)-\(index)")!, producer: bank, occurredAt: time, currency: nil,
            body: .consent(consent))
        append(.event(person(index), event), .consents, to: &batch)
    }

    /// The next event, of a person at random. Time goes on.
    mutating func appendEvent(to batch: inout Batch) throws {
        fraction += gap
        now += Int64(fraction)
        fraction -= fraction.rounded(.down)
        number += 1
        eventsByDay[Int(now / Self.dayMilliseconds), default: 0] += 1
        let body = content == .repayments ? repayment() : random.next() % 10 == 0 ? statement() : cashFlow()
        let event = try Event(
            // Not on a whole second, where the names would have to be kept.
            id: Identifier(hexDigits(number)), producer: bank, occurredAt: now / 1000 * 1000 + 1 + now % 999,
            currency: euro, body: body)
        let topic: RawTopic = content == .repayments ? .payments : .accounts
        append(.event(person(Int(random.next() % UInt64(persons))), event), topic, to: &batch)
    }

    private func person(_ index: Int) -> PersonKey {
        var random = SeededRandom(seed: UInt64(index) &* 0x9E37_79B9 &+ 77)
        return PersonKey(high: random.next(), low: random.next())
    }

    private mutating func append(_ content: TimelineRecord.Content, _ topic: RawTopic, to batch: inout Batch) {
        let place = Int(topic.rawValue)
        let source = Coordinates(topic: topic, partition: 0, offset: rawOffsets[place])
        rawOffsets[place] += 1
        stamp = max(stamp + 1, now)
        // Renewals are sent ahead of their time, and their stamps with them: nothing here is dated ahead.
        var appendedAt = stamp
        if case .event(_, let event) = content { appendedAt = max(stamp, event.occurredAt) }
        batch.append(TimelineRecord(source: source, appendedAt: appendedAt, content: content))
    }

    // MARK: - Events

    private let bank = Identifier("bank")!
    private let euro = Currency("EUR")!
    private let loan = Identifier("loan-1")!
    private let account = Identifier("account-1")!

    /// One in twenty late, one in thirty paid in part.
    private mutating func repayment() -> Event.Body {
        let today = CalendarDate(days: Int32(now / Self.dayMilliseconds))!
        let late = random.next() % 20 == 0 ? Int32(random.next() % 60) : 0
        let due = Int64(1_000 + random.next() % 100_000)
        let isPartial = random.next() % 30 == 0
        return .repayment(
            Repayment(
                obligation: loan, kind: .loan, dueDate: CalendarDate(days: today.days - late)!, amountDueMinor: due,
                amountPaidMinor: isPartial ? due / 2 : due, paidDate: today, status: isPartial ? .partial : .paid))
    }

    private mutating func statement() -> Event.Body {
        .statement(
            Statement(
                account: account, periodEnd: CalendarDate(days: Int32(now / Self.dayMilliseconds))!,
                creditLimitMinor: 500_000, balanceMinor: Int64(random.next() % 500_000), minimumDueMinor: 2_000,
                daysPastDue: random.next() % 20 == 0 ? 30 : 0))
    }

    private mutating func cashFlow() -> Event.Body {
        let isIncome = random.next() % 10 == 0
        let kinds: [CashFlow.Kind] = [.household, .loan, .cash, .other, .other, .other]
        return .cashFlow(
            CashFlow(
                account: account, direction: isIncome ? .in : .out,
                amountMinor: Int64(1 + random.next() % 200_000),
                balanceAfterMinor: Int64(random.next() % 400_000) - 20_000,
                kind: isIncome ? .income : kinds[Int(random.next() % 6)]))
    }

    private func hexDigits(_ value: UInt64) -> [16 of UInt8] {
        [16 of UInt8] { place in
            let digit = UInt8(truncatingIfNeeded: value >> UInt64(60 - 4 * place) & 15)
            return digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10
        }
    }
}

extension Identifier {
    fileprivate init(_ digits: [16 of UInt8]) { self.init(unsafe digits.span.bytes)! }
}

/// Records one after the other in one buffer, which is used again and again: making them leaves no holes in the heap.
struct Batch {
    private var bytes: [UInt8] = []
    private var ends: [(key: Int, value: Int)] = []
    private var key: [UInt8] = []

    var count: Int { ends.count }

    mutating func removeAll() {
        bytes.removeAll(keepingCapacity: true)
        ends.removeAll(keepingCapacity: true)
    }

    mutating func append(_ record: TimelineRecord) {
        key.removeAll(keepingCapacity: true)
        TimelineRecord.key(source: record.source, random: 1, into: &key)
        bytes.append(contentsOf: key)
        let keyEnd = bytes.count
        let key = key
        record.encode(key: unsafe key.span.bytes, partition: 0, into: &bytes)
        ends.append((keyEnd, bytes.count))
    }

    @_lifetime(borrow self)
    func key(_ index: Int) -> RawSpan {
        unsafe bytes.span.bytes.extracting((index == 0 ? 0 : ends[index - 1].value)..<ends[index].key)
    }

    @_lifetime(borrow self)
    func value(_ index: Int) -> RawSpan { unsafe bytes.span.bytes.extracting(ends[index].key..<ends[index].value) }
}
