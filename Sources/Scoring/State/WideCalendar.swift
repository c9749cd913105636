/// The first word of an event that does not fit its slot.
struct WideCalendar {
    let monthOffset: Int32
    let days: Int32
    let currency: UInt8

    init(monthOffset: Int32, days: Int32, currency: UInt8) {
        self.monthOffset = monthOffset
        self.days = days
        self.currency = currency
    }

    @inline(__always)
    init(word: Int64) {
        monthOffset = Int32(truncatingIfNeeded: word >> 32)
        days = Int32(truncatingIfNeeded: word) >> 8
        currency = UInt8(truncatingIfNeeded: word)
    }

    var word: Int64 { Int64(monthOffset) << 32 | Int64(UInt32(bitPattern: days << 8)) | Int64(currency) }
}
