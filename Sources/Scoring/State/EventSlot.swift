import Events

/// An event that features can read, packed into 18 bytes: day, class, amounts, lateness, a hash of its id and a check on
/// the rest of its content. What does not fit (a balance, an amount above 167 thousand, a date far off, a third currency)
/// lies in one to four words of the person's `wides`.
///
/// ```
/// 64 bits    48 identity   8 content check   8 amount, upper part
/// 64 bits    17 day   6 class   6 days, 63 none   28 three times the ms within the person's day, plus the month of the
///            calendar date: −1, 0 or 1 from the day's, plus 1
///            2 form   4 obligation: 0 none, else its place in the person's table, from 1   1 currency
/// 16 bits    amount, lower part: the first amount, or where its words begin in wides
///
/// form       0 no second amount   1 the second equals the first
///            2 wides: first amount in the upper, second in the lower half of a word
///            3 wides: calendar and currency, first, second, third
/// ```
struct EventSlot: Equatable, BitwiseCopyable {
    // Sixteen bits each, so that slots lie without a gap; the compiler reads four of them at once.
    private var id: Quarters
    private var content: Quarters
    private var amountLow: UInt16

    static let byteCount = 18
    static let noDays: Int32 = 63
    static let amountMax: Int64 = 0xFF_FFFF
    static let obligationMax = 15
    static let currencyMax: UInt8 = 1
    static let identityMask: UInt64 = 0xFFFF_FFFF_FFFF

    enum Form {
        static let noSecond: UInt32 = 0
        static let sameSecond: UInt32 = 1
        static let pair: UInt32 = 2
        static let wide: UInt32 = 3
    }

    /// Each within the range that has room here. `word`: the first amount, or a place in wides.
    init(
        identity: UInt64, check: UInt8, day: Int32, eventClass: EventClass, days: Int32, millisecond: Int64,
        monthOffset: Int32, form: UInt32, obligation: Int, currency: UInt8, word: UInt32
    ) {
        precondition(
            identity <= Self.identityMask && (0...0x1_FFFF).contains(day) && (-1..<Self.noDays).contains(days)
                && (0..<Timestamp.dayMilliseconds).contains(millisecond) && (-1...1).contains(monthOffset)
                && obligation <= Self.obligationMax && currency <= Self.currencyMax)
        id = Quarters(identity | UInt64(check) << 48)
        let time = UInt64(millisecond * 3 + Int64(monthOffset) + 1)
        let late = UInt64(days < 0 ? Self.noDays : days)
        let calendar = UInt64(day) | UInt64(eventClass.code) << 17 | late << 23 | time << 29
        content = Quarters(calendar | UInt64(form) << 57 | UInt64(obligation) << 59 | UInt64(currency) << 63)
        amountLow = 0
        self.word = word
    }

    @inline(__always) var identity: UInt64 { id.word & Self.identityMask }
    @inline(__always) var check: UInt8 { UInt8(truncatingIfNeeded: id.word >> 48) }
    @inline(__always) var day: Int32 { Int32(truncatingIfNeeded: content.word & 0x1_FFFF) }
    @inline(__always) var eventClass: EventClass { EventClass(code: UInt8(content.word >> 17 & 63)) }
    @inline(__always) var inlineDays: Int32 {
        let days = Int32(truncatingIfNeeded: content.word >> 23 & 63)
        return days == Self.noDays ? -1 : days
    }
    @inline(__always) var millisecond: Int64 { Int64(time / 3) }
    @inline(__always) var monthOffset: Int32 { Int32(time % 3) - 1 }
    @inline(__always) private var time: UInt32 { UInt32(truncatingIfNeeded: content.word >> 29) & 0xFFF_FFFF }
    @inline(__always) var form: UInt32 { UInt32(truncatingIfNeeded: content.word >> 57) & 3 }
    @inline(__always) var inlineCurrency: UInt8 { UInt8(truncatingIfNeeded: content.word >> 63) }

    var obligation: Int {
        @inline(__always) get { Int(content.word >> 59 & 15) }
        set { content = Quarters(content.word & ~(15 << 59) | UInt64(newValue) << 59) }
    }

    var word: UInt32 {
        @inline(__always) get { UInt32(truncatingIfNeeded: id.word >> 56) << 16 | UInt32(amountLow) }
        set {
            precondition(newValue <= UInt32(Self.amountMax))
            id = Quarters(id.word & ~(0xFF << 56) | UInt64(newValue >> 16) << 56)
            amountLow = UInt16(truncatingIfNeeded: newValue)
        }
    }

    /// How many words of `wides` are its own.
    @inline(__always) var wideCount: Int { form == Form.wide ? 4 : form == Form.pair ? 1 : 0 }

    /// Whether it comes later than the other by day and millisecond.
    @inline(__always)
    func isAfter(_ other: EventSlot) -> Bool {
        day != other.day ? day > other.day : millisecond > other.millisecond
    }
}

/// A word of 64 bits that needs no alignment to eight bytes.
private struct Quarters: Equatable, BitwiseCopyable {
    private let first: UInt16
    private let second: UInt16
    private let third: UInt16
    private let fourth: UInt16

    @inline(__always)
    init(_ word: UInt64) {
        first = UInt16(truncatingIfNeeded: word)
        second = UInt16(truncatingIfNeeded: word >> 16)
        third = UInt16(truncatingIfNeeded: word >> 32)
        fourth = UInt16(truncatingIfNeeded: word >> 48)
    }

    @inline(__always) var word: UInt64 {
        UInt64(first) | UInt64(second) << 16 | UInt64(third) << 32 | UInt64(fourth) << 48
    }
}
