import Events

/// Numbers of a snapshot, checked where they are read: its checksums say that the bytes are those that were written, and not
/// that a fold wrote them. What passes here can be calculated with and never overflows.
extension ByteCursor {
    /// A time, ms: within what a record may say, or as far behind it as a grant reaches.
    @_lifetime(self: copy self)
    mutating func takeTime() throws -> Int64 {
        try takeWithin(0...Timestamp.allowed.upperBound + EventRules.grantMilliseconds)
    }

    /// A person's day since 1970-01-01; that of a last moment may be one later than the calendar's last.
    @_lifetime(self: copy self)
    mutating func takeDay() throws -> Int32 { try takeWithin(-1...CalendarDate.last.days + 1) }

    /// A count that has room to grow.
    @_lifetime(self: copy self)
    mutating func takeCount() throws -> UInt64 { try takeWithin(0...1 << 62) }

    /// An offset, or −1 for none.
    @_lifetime(self: copy self)
    mutating func takeOffset(orNone: Bool = false) throws -> Int64 {
        try takeWithin((orNone ? -1 : 0)...Coordinates.offsets.upperBound)
    }

    /// A byte that says yes or no.
    @_lifetime(self: copy self)
    mutating func takeFlag() throws -> Bool { try takeWithin(0...1 as ClosedRange<UInt8>) == 1 }

    @_lifetime(self: copy self)
    mutating func takeWithin<T: FixedWidthInteger & BitwiseCopyable>(_ range: ClosedRange<T>) throws -> T {
        let value = try take(T.self)
        guard range.contains(value) else { throw SnapshotPayloadError.layout }
        return value
    }
}
