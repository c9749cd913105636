import Foundation
import Scoring

/// A scorecard from a file on disk; errors name file and line.
public enum ModelFile {
    public static func read(_ path: String) throws(ModelFileError) -> Scorecard {
        guard let handle = FileHandle(forReadingAtPath: path),
            let data = try? handle.read(upToCount: ScorecardFile.sizeMax + 1)
        else { throw ModelFileError(description: "model \(path) cannot be read: name a PMML scorecard") }
        do {
            return try ScorecardFile.parse(Array(data))
        } catch {
            throw ModelFileError(description: "model \(path), \(error)")
        }
    }
}

public struct ModelFileError: Error, CustomStringConvertible {
    public let description: String
}
