import Events

/// An event that features can read, packed into 20 bytes: day, class, amounts, lateness, a hash of its id and a check on
/// the rest of its content. What does not fit (a balance, an amount above 42 million, a date far off) lies in one to four
/// words of the person's `wides`.
///
/// ```
/// word 0, 1  48 identity   8 obligation: 0 none, else its place in the person's table, from 1   8 content check
/// word 2     32 first amount, or where its words begin in wides
/// word 3     27 ms within the person's day   2 form   2 month of the calendar date: −1, 0 or 1 from the day's, plus 1
/// word 4     17 day   6 class   2 currency   7 days, 127 none
///
/// form       0 no second amount   1 the second equals the first
///            2 wides: first amount in the upper, second in the lower half of a word
///            3 wides: calendar and currency, first, second, third
/// ```
struct EventSlot: Equatable, BitwiseCopyable {
    var word0: UInt32
    var word1: UInt32
    var word2: UInt32
    var word3: UInt32
    var word4: UInt32

    static let byteCount = 20
    static let noDays: UInt32 = 127
    static let identityMask: UInt64 = 0xFFFF_FFFF_FFFF

    enum Form {
        static let noSecond: UInt32 = 0
        static let sameSecond: UInt32 = 1
        static let pair: UInt32 = 2
        static let wide: UInt32 = 3
    }

    @inline(__always) var identity: UInt64 { UInt64(word1 & 0xFFFF) << 32 | UInt64(word0) }
    @inline(__always) var obligation: UInt8 { UInt8(truncatingIfNeeded: word1 >> 16) }
    @inline(__always) var check: UInt8 { UInt8(truncatingIfNeeded: word1 >> 24) }
    @inline(__always) var millisecond: Int64 { Int64(word3 & 0x7FF_FFFF) }
    @inline(__always) var form: UInt32 { word3 >> 27 & 3 }
    @inline(__always) var monthOffset: Int32 { Int32(word3 >> 29 & 3) - 1 }
    @inline(__always) var day: Int32 { Int32(word4 & 0x1_FFFF) }
    @inline(__always) var eventClass: EventClass { EventClass(code: UInt8(word4 >> 17 & 63)) }
    @inline(__always) var inlineCurrency: UInt8 { UInt8(word4 >> 23 & 3) }
    @inline(__always) var inlineDays: Int32 { word4 >> 25 == Self.noDays ? -1 : Int32(word4 >> 25) }

    /// How many words of `wides` are its own.
    @inline(__always) var wideCount: Int { form == Form.wide ? 4 : form == Form.pair ? 1 : 0 }

    /// Whether it comes later than the other by day and millisecond.
    @inline(__always)
    func isAfter(_ other: EventSlot) -> Bool {
        day != other.day ? day > other.day : millisecond > other.millisecond
    }
}
