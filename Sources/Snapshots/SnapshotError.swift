/// Why a snapshot could not be kept or read. The description names the file, says what is wrong and how to mend it.
public struct SnapshotError: Error, CustomStringConvertible, Equatable, Sendable {
    public enum Kind: Equatable, Sendable {
        /// The folder cannot be made, opened, listed or locked.
        case folder
        /// Another process holds the folder.
        case inUse
        /// A snapshot could not be written, synced or put in place. The older ones are untouched.
        case write
        /// The system would not let the file be read.
        case read
        /// The file was read, and is not the snapshot that it should be: damaged, cut off, foreign, of another format.
        case content
    }

    public let kind: Kind
    /// The file or folder concerned.
    public let path: String
    public let description: String

    init(_ kind: Kind, path: String, _ problem: String, mend: String) {
        self.kind = kind
        self.path = path
        self.description = "\(path): \(problem); \(mend)"
    }
}
