import Checksums
import Events
import Scoring

/// What travels as text in the metadata of a committed offset: how far the results had come there. A restart that folds
/// to another point than this has another log, model or program, and must not send anything.
///
/// `v1 SEQUENCE CHAIN MODEL`, decimal and hexadecimal; MODEL is `-` before the first model is known. While the clock is in
/// doubt ` CLOCK CLAIMED` follows, both ms.
public struct OffsetMetadata: Equatable, Sendable {
    public var sequence: UInt64
    public var chain: Digest128
    public var model: Digest128?
    /// Of an aggregator whose clock is in doubt, for those who ask how it stands; nil as a rule.
    public var doubt: ClockDoubt?

    public init(sequence: UInt64, chain: Digest128, model: Digest128?, doubt: ClockDoubt? = nil) {
        self.sequence = sequence
        self.chain = chain
        self.model = model
        self.doubt = doubt
    }

    /// Where every partition begins.
    public static let zero = OffsetMetadata(sequence: 0, chain: .zero, model: nil)

    public var text: String {
        "v1 \(sequence) \(chain.hex) \(model?.hex ?? "-")" + (doubt.map { " \($0.clock) \($0.claimed)" } ?? "")
    }

    /// nil when the text is not of this form.
    public init?(_ text: String) {
        let words = text.split(separator: " ", omittingEmptySubsequences: false)
        guard words.count == 4 || words.count == 6, words[0] == "v1", let sequence = UInt64(words[1]),
            let chain = Digest128(hex: words[2])
        else { return nil }
        self.init(sequence: sequence, chain: chain, model: nil)
        if words.count == 6 {
            guard let clock = Int64(words[4]), let claimed = Int64(words[5]), Timestamp.allowed.contains(clock),
                Timestamp.allowed.contains(claimed)
            else { return nil }
            doubt = ClockDoubt(clock: clock, claimed: claimed)
        }
        guard words[3] != "-" else { return }
        guard let model = Digest128(hex: words[3]) else { return nil }
        self.model = model
    }
}
