import Events
import Log
import ScorecardFiles
import Scoring

/// Appends a record to `control` that switches the timeline to these models: files as bytes, the one that speaks first. The
/// consents consumer carries it to every timeline partition, where it takes effect.
/// - Throws: `ModelFileError` where they cannot be loaded together; `SetupError` where there is no timeline, or nobody would
///   carry the record; `LogError`.
public func switchModels<L: Log>(_ log: L, names: TopicNames, files: [[UInt8]]) throws -> Models {
    guard let activation = ModelActivation(files: files) else {
        let bytes = files.reduce(0) { $0 + $1.count }
        throw ModelFileError(
            description:
                "\(files.count) files of \(bytes) bytes together: one record takes 1 to \(ModelActivation.filesMax) "
                + "and some \(ModelActivation.byteCountMax) bytes. Give fewer challengers, or take comments out of the files"
        )
    }
    let models: Models
    do {
        models = try loadModels(activation)
    } catch let error as ModelsError {
        throw ModelFileError(description: "\(error)")
    }
    _ = try readControl(log, names: names)
    try requireControlConsumer(log, names: names)
    try appendControl(.models(activation), log, names: names)
    return models
}
