/// One reason for a score below (or above) its baseline.
public struct Reason: Equatable, Sendable {
    public let code: String
    /// How far the points of all characteristics with this code lie from their baseline; positive.
    public let difference: Int32

    public init(code: String, difference: Int32) {
        self.code = code
        self.difference = difference
    }
}

extension Scorecard {
    public static let reasonsMax = 4

    /// Every reason code of the card once, in document order.
    public var reasonCodes: [String] { reasonTable.codes }

    /// The reason codes of a score, by the card's algorithm: the difference of each characteristic's points from its
    /// baseline (`pointsBelow`: baseline − points), those of a shared code summed; strictly positive sums only, largest
    /// first, at most four. Of equal ones that goes first whose code appears first among all characteristics in document
    /// order. `bins` names the matched bin of each characteristic.
    ///
    /// Complexity: the square of the number of characteristics that share codes.
    public func reasons(bins: [Int16]) -> [Reason] {
        precondition(bins.count == characteristics.count)
        var reasons: [Reason] = []
        forEachReason(
            bin: { bins[$0] }, do: { reasons.append(Reason(code: reasonCodes[$0], difference: $1)) })
        return reasons
    }

    /// The same, each code as its place in `reasonCodes`; allocates nothing.
    public func forEachReason(
        bin: (_ characteristic: Int) -> Int16, do body: (_ code: Int, _ difference: Int32) -> Void
    ) {
        reasonTable.forEach(bin: bin, do: body)
    }
}

/// The codes of a card by number, and how far each bin lies from its baseline.
struct ReasonTable: Sendable {
    let codes: [String]
    /// Of each characteristic's first bin, among all.
    private let starts: [Int]
    private let bins: [(code: Int, difference: Int32)]
    /// Of each characteristic: whether another one has a code of its own too.
    private let shares: [Bool]

    init(_ characteristics: [Characteristic], _ algorithm: Scorecard.ReasonCodeAlgorithm) {
        var codes: [String] = []
        var starts: [Int] = []
        var bins: [(code: Int, difference: Int32)] = []
        func place(of code: String) -> Int {
            if let known = codes.firstIndex(of: code) { return known }
            codes.append(code)
            return codes.count - 1
        }
        for characteristic in characteristics {
            starts.append(bins.count)
            for bin in characteristic.bins {
                let below = characteristic.baselinePoints - bin.points
                let code = place(of: bin.reasonCode ?? characteristic.reasonCode)
                bins.append((code, algorithm == .pointsBelow ? below : -below))
            }
        }
        let own = zip(starts, starts.dropFirst() + [bins.count]).map { Set(bins[$0..<$1].map(\.code)) }
        self.codes = codes
        self.starts = starts
        self.bins = bins
        shares = own.indices.map { index in
            own.indices.contains { $0 != index && !own[$0].isDisjoint(with: own[index]) }
        }
    }

    func forEach(bin: (Int) -> Int16, do body: (Int, Int32) -> Void) {
        func matched(_ index: Int) -> (code: Int, difference: Int32) { bins[starts[index] + Int(bin(index))] }
        var count = 0
        var reasons: [4 of (code: Int, difference: Int32)] = .init(repeating: (0, 0))
        assert(reasons.count == Scorecard.reasonsMax)
        for index in starts.indices {
            let code = matched(index).code
            var sum = matched(index).difference
            if shares[index] {
                var isFirst = true
                for earlier in 0..<index where matched(earlier).code == code { isFirst = false }
                guard isFirst else { continue }
                for later in index + 1..<starts.count where matched(later).code == code {
                    sum += matched(later).difference
                }
            }
            guard sum > 0 else { continue }
            var place = count
            while place > 0, reasons[place - 1].difference < sum { place -= 1 }
            guard place < reasons.count else { continue }
            count = min(count + 1, reasons.count)
            for later in stride(from: count - 1, to: place, by: -1) { reasons[later] = reasons[later - 1] }
            reasons[place] = (code, sum)
        }
        for index in 0..<count { body(reasons[index].code, reasons[index].difference) }
    }
}
