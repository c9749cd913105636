import Scoring

/// Reads a PMML 4.4 `Scorecard` (dmg.org/pmml/v4-4-1/Scorecard.html) over catalogue features into a card that runs, in
/// two steps: a document as the standard has it (`ScorecardDocument`), then a card of it (`Lowering`).
///
/// Data fields carry the features' names, or an extension that says which feature each is; the version is the header's `modelVersion`; what PMML has no place for stands
/// in extensions (`ModelExtensions`). `Vocabulary` lists what is read and what is read past.
public enum ScorecardFile {
    /// Bytes of a file at most.
    public static let sizeMax = 1 << 20

    /// - Complexity: linear in the bytes, and in the combinations of ranges of each characteristic.
    /// - Throws: the first error, naming its place.
    public static func parse(_ bytes: [UInt8]) throws(ScorecardFileError) -> Scorecard {
        try Lowering(try ScorecardDocument(bytes)).card(of: bytes)
    }
}
