import Events

/// The currencies that a partition has met, so that an event names its own in one byte. The loaded models' come first, in
/// their order, each once; the others follow in the order in which they came.
struct Currencies {
    /// Of a currency that came, with a model, when the table was full: no event has it.
    static let unmet = UInt8.max
    private(set) var codes: [UInt16]
    /// How many are the models'.
    let modelsCount: Int

    init(of models: Models) {
        codes = []
        for model in models.all where !codes.contains(model.currency.code) { codes.append(model.currency.code) }
        modelsCount = codes.count
    }

    /// The place of a loaded model's currency.
    func place(ofModelsCurrency currency: Currency) -> UInt8 {
        UInt8(codes[..<modelsCount].firstIndex(of: currency.code)!)
    }

    /// nil where the table is full: 255 is more than there are in the world.
    mutating func place(of currency: Currency) -> UInt8? {
        if let place = codes.firstIndex(of: currency.code) { return UInt8(place) }
        guard codes.count < Int(Self.unmet) else { return nil }
        codes.append(currency.code)
        return UInt8(codes.count - 1)
    }
}
