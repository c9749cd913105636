import Checksums
import Events

/// The models loaded on one state. The first speaks: what it says is published. Up to three challengers score the same
/// persons beside it; what they say is recorded in `scores` and goes to nobody.
///
/// The set and its order are part of the fold: numbers and chain of the results follow from them.
public struct Models: Sendable {
    public static let challengersMax = 3

    public let speaking: Scorecard
    /// In the order given.
    public let challengers: [Scorecard]

    /// One model, without a challenger.
    public init(_ speaking: Scorecard) {
        self.speaking = speaking
        challengers = []
    }

    /// - Throws: `ModelsError` where there are too many, or one comes twice.
    public init(speaking: Scorecard, challengers: [Scorecard]) throws(ModelsError) {
        guard challengers.count <= Self.challengersMax else { throw .tooMany(challengers.count) }
        self.speaking = speaking
        self.challengers = challengers
        let hashes = self.hashes
        for index in hashes.indices where hashes[..<index].contains(hashes[index]) { throw .twice(hashes[index]) }
    }

    /// The speaking one first.
    public var all: [Scorecard] { [speaking] + challengers }
    public var hashes: [Digest128] { all.map(\.hash) }

    /// What names the set and its order: one model's own hash, or the hashes chained.
    public var identity: Digest128 { Self.identity(of: hashes) }

    /// The first hash, continued by each further one as its 16 bytes, big endian, high first (see `chained`).
    public static func identity(of hashes: [Digest128]) -> Digest128 {
        hashes.dropFirst().reduce(hashes[0]) { identity, hash in
            let bytes = [hash.high, hash.low].flatMap { half in
                stride(from: 56, through: 0, by: -8).map { UInt8(truncatingIfNeeded: half >> UInt64($0)) }
            }
            return unsafe chained(identity, bytes.span.bytes)
        }
    }
}

/// Models that cannot be loaded together.
public enum ModelsError: Error, Equatable, CustomStringConvertible {
    case tooMany(Int)
    case twice(Digest128)

    public var description: String {
        switch self {
        case .tooMany(let count): "\(count) challengers: at most \(Models.challengersMax) are recorded beside a model"
        case .twice(let hash): "model \(hash.hex) is given twice: each model is loaded once"
        }
    }
}
