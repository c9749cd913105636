import Foundation

/// The files of the sample that ship beside the executable (Samples/README.md).
enum SampleFile: String {
    case extract = "uci-extract"
    case expected = "uci-extract-expected"

    func path() throws(FileError) -> String {
        guard let url = Bundle.module.url(forResource: rawValue, withExtension: "csv", subdirectory: "Samples") else {
            throw FileError(message: "\(rawValue).csv of the sample is not beside the executable: run `swift build`")
        }
        return url.path
    }
}
