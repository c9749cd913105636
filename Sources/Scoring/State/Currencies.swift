import Events

/// The currencies that a partition has met, so that an event names its own in one byte. The model's is the first,
/// the others follow in the order in which they came.
struct Currencies {
    /// Place of the model's currency.
    static let ofModel: UInt8 = 0
    private(set) var codes: [UInt16]

    init(first: Currency) { codes = [first.code] }

    /// nil where the table is full: 256 is more than there are in the world.
    mutating func place(of currency: Currency) -> UInt8? {
        if let place = codes.firstIndex(of: currency.code) { return UInt8(place) }
        guard codes.count <= Int(UInt8.max) else { return nil }
        codes.append(currency.code)
        return UInt8(codes.count - 1)
    }
}
