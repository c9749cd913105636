import Commands
import Events
import ScorecardFiles
import Scoring
import Synchronization

/// The models of a switch, made of the bytes of their files as the log has them.
public let loadModels: ModelLoader = { activation in
    // Each partition meets the same bytes, and each snapshot since: they are parsed once.
    if let known = recentModels.withLock({ $0.first { $0.activation == activation }?.models }) { return known }
    let models = try parseModels(activation)
    recentModels.withLock { recent in
        if recent.count == recentModelsMax { recent.removeFirst() }
        recent.append((activation, models))
    }
    return models
}

private let recentModels = Mutex<[(activation: ModelActivation, models: Models)]>([])
private let recentModelsMax = 8

private func parseModels(_ activation: ModelActivation) throws -> Models {
    var cards: [Scorecard] = []
    for (index, file) in activation.files.enumerated() {
        do {
            cards.append(try ScorecardFile.parse(file))
        } catch {
            throw ModelFileError(description: "file \(index + 1) of \(activation.files.count), \(error)")
        }
    }
    return try Models(speaking: cards[0], challengers: Array(cards.dropFirst()))
}

extension Option {
    static let model = value("model", "FILE", "the scorecard, PMML")
    /// Of programs that fold: with the wrong ones their results have another chain than what was published.
    public static let challenger = value(
        "challenger", "FILE[,FILE…]", "up to three more, in their order: recorded in scores, never published")
}

extension Arguments {
    /// The models that `--model` (or another option) and `--challenger` name, in the order of the command line.
    /// - Throws: `UsageError` where they do not go together, `ModelFileError` where one cannot be loaded.
    public func models(speaking option: String = "model") throws -> Models {
        guard let path = text(option) else { throw UsageError("--\(option) is missing", command) }
        let paths = text("challenger")?.split(separator: ",", omittingEmptySubsequences: false).map(String.init) ?? []
        guard !paths.contains("") else {
            throw UsageError("--challenger \(text("challenger")!): a file between two commas", command)
        }
        guard paths.count <= Models.challengersMax else {
            throw UsageError("--challenger: \(ModelsError.tooMany(paths.count))", command)
        }
        let speaking = try ModelFile.read(path)
        let challengers = try paths.map { try ModelFile.read($0) }
        do {
            return try Models(speaking: speaking, challengers: challengers)
        } catch {
            throw UsageError("--challenger: \(error)", command)
        }
    }
}
