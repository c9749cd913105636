import Foundation
import Scoring

/// A scorecard from a file on disk; errors name file and line.
public enum ModelFile {
    public static func read(_ path: String) throws(ModelFileError) -> Scorecard {
        let bytes = try bytes(path)
        do {
            return try ScorecardFile.parse(bytes)
        } catch {
            throw ModelFileError(description: "model \(path), \(error)")
        }
    }

    /// The file's bytes; one more than allowed where it is too large.
    public static func bytes(_ path: String) throws(ModelFileError) -> [UInt8] {
        guard let handle = FileHandle(forReadingAtPath: path),
            let data = try? handle.read(upToCount: ScorecardFile.sizeMax + 1)
        else { throw ModelFileError(description: "model \(path) cannot be read: name a PMML scorecard") }
        return Array(data)
    }
}

public struct ModelFileError: Error, CustomStringConvertible {
    public let description: String

    public init(description: String) { self.description = description }
}
