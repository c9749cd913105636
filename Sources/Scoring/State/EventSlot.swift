import Events

/// An event that features can read, packed into 24 bytes: day, kind, status, amounts, lateness, a hash of its id and a
/// check on the rest of its content. What does not fit (a balance, an amount above 42 million, a date far off) lies in up
/// to four words of the person's `wides`.
///
/// ```
/// word 0  56 identity   8 obligation: 0 none, 1 … 254 place in the person's table, 255 in wides
/// word 1  32 first amount, or place in wides   17 day   13 content check   2 form of the second amount
/// word 2  27 ms within the person's day   12 days   3 type   4 kind   3 status   8 currency   4 month   3 what is wide
/// ```
struct EventSlot: Equatable {
    var word0: UInt64
    var word1: UInt64
    var word2: UInt64

    static let noDays: UInt64 = 0xFFF
    static let obligationInWides: UInt8 = 255

    enum SecondForm: UInt64 {
        case zero = 0
        case sameAsFirst = 1
        case wide = 2
    }

    @inline(__always) var identity: UInt64 { word0 >> 8 }
    @inline(__always) var obligationIndex: UInt8 { UInt8(truncatingIfNeeded: word0) }
    @inline(__always) var inline: UInt64 { word1 >> 32 }
    @inline(__always) var day: Int32 { Int32(truncatingIfNeeded: word1 >> 15 & 0x1FFFF) }
    @inline(__always) var contentCheck: UInt64 { word1 >> 2 & 0x1FFF }
    @inline(__always) var secondForm: UInt64 { word1 & 3 }
    @inline(__always) var millisecond: Int64 { Int64(word2 & 0x7FF_FFFF) }
    @inline(__always) var inlineDays: UInt64 { word2 >> 27 & 0xFFF }
    /// `EventType` less 15, so that it fits three bits.
    @inline(__always) var type: UInt8 { UInt8(truncatingIfNeeded: word2 >> 39 & 7) }
    @inline(__always) var kind: UInt8 { UInt8(truncatingIfNeeded: word2 >> 42 & 15) }
    @inline(__always) var status: UInt8 { UInt8(truncatingIfNeeded: word2 >> 46 & 7) }
    @inline(__always) var currency: UInt8 { UInt8(truncatingIfNeeded: word2 >> 49) }
    @inline(__always) var inlineMonth: Int32 { Int32(truncatingIfNeeded: word2 >> 57 & 15) }
    @inline(__always) var isFirstWide: Bool { word2 >> 61 & 1 != 0 }
    @inline(__always) var isThirdWide: Bool { word2 >> 62 & 1 != 0 }
    @inline(__always) var isCalendarWide: Bool { word2 >> 63 != 0 }
    @inline(__always) var isWide: Bool { word2 >> 61 != 0 || secondForm == SecondForm.wide.rawValue }
}
