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

    /// The place of an event's currency; nil where events have brought as many as they may, which is more than there are in
    /// the world. Complexity: linear in the table, 255 at most.
    mutating func place(of currency: Currency) -> UInt8? {
        place(of: currency, atMost: modelsCount + FoldLimits.currenciesOfEvents)
    }

    /// The place of the currency of a model that the log brings; nil where the table is full.
    mutating func place(ofNewModels currency: Currency) -> UInt8? { place(of: currency, atMost: Int(Self.unmet)) }

    private mutating func place(of currency: Currency, atMost most: Int) -> UInt8? {
        if let place = codes.firstIndex(of: currency.code) { return UInt8(place) }
        guard codes.count < min(most, Int(Self.unmet)) else { return nil }
        codes.append(currency.code)
        return UInt8(codes.count - 1)
    }
}
