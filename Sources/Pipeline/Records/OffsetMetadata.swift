import Checksums

/// What travels as text in the metadata of a committed offset: how far the results had come there. A restart that folds
/// to another point than this has another log, model or program, and must not send anything.
///
/// `v1 SEQUENCE CHAIN MODEL`, decimal and hexadecimal; MODEL is `-` before the first model is known.
public struct OffsetMetadata: Equatable, Sendable {
    public var sequence: UInt64
    public var chain: Digest128
    public var model: Digest128?

    public init(sequence: UInt64, chain: Digest128, model: Digest128?) {
        self.sequence = sequence
        self.chain = chain
        self.model = model
    }

    /// Where every partition begins.
    public static let zero = OffsetMetadata(sequence: 0, chain: .zero, model: nil)

    public var text: String { "v1 \(sequence) \(chain.hex) \(model?.hex ?? "-")" }

    /// nil when the text is not of this form.
    public init?(_ text: String) {
        let words = text.split(separator: " ", omittingEmptySubsequences: false)
        guard words.count == 4, words[0] == "v1", let sequence = UInt64(words[1]), let chain = Digest128(hex: words[2])
        else { return nil }
        self.init(sequence: sequence, chain: chain, model: nil)
        guard words[3] != "-" else { return }
        guard let model = Digest128(hex: words[3]) else { return nil }
        self.model = model
    }
}
