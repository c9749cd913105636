import Checksums
import Events

/// What travels as text in the metadata of a committed offset: how far the results had come there. A restart that folds
/// to another point than this has another log, model or program, and must not send anything.
///
/// `v1 SEQUENCE CHAIN MODEL`, decimal and hexadecimal; MODEL is `-` before the first model is known. In a live timeline
/// ` CLOCK` follows, and while that is in doubt ` CLAIMED`, both ms.
public struct OffsetMetadata: Equatable, Sendable {
    public var sequence: UInt64
    public var chain: Digest128
    public var model: Digest128?
    /// Of an aggregator of a live timeline, ms, for those who ask how it stands.
    public var clock: Int64?
    /// The time of a tick that it does not follow, ms; nil as a rule.
    public var claimed: Int64?

    public init(
        sequence: UInt64, chain: Digest128, model: Digest128?, clock: Int64? = nil, claimed: Int64? = nil
    ) {
        self.sequence = sequence
        self.chain = chain
        self.model = model
        self.clock = clock
        self.claimed = claimed
    }

    /// Where every partition begins.
    public static let zero = OffsetMetadata(sequence: 0, chain: .zero, model: nil)

    public var text: String {
        "v1 \(sequence) \(chain.hex) \(model?.hex ?? "-")"
            + [clock, claimed].compactMap(\.self).map { " \($0)" }.joined()
    }

    /// nil when the text is not of this form.
    public init?(_ text: String) {
        let words = text.split(separator: " ", omittingEmptySubsequences: false)
        guard (4...6).contains(words.count), words[0] == "v1", let sequence = UInt64(words[1]),
            let chain = Digest128(hex: words[2])
        else { return nil }
        self.init(sequence: sequence, chain: chain, model: nil)
        let times = words[4...].map { Int64($0) }
        guard times.allSatisfy({ $0.map(Timestamp.allowed.contains) ?? false }) else { return nil }
        clock = times.first ?? nil
        claimed = times.count > 1 ? times[1] : nil
        guard words[3] != "-" else { return }
        guard let model = Digest128(hex: words[3]) else { return nil }
        self.model = model
    }
}
