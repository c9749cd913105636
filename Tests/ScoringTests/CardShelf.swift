import Events
import Scoring

/// Cards that a fold can be switched to: what stands for a card's file is its hash.
struct CardShelf: Sendable {
    let cards: [Scorecard]

    func activation(_ models: Models) -> ModelActivation {
        ModelActivation(files: models.all.map { Array($0.hash.hex.utf8) })!
    }

    var loader: ModelLoader {
        { activation in
            let cards = try activation.files.map { file in
                guard let card = self.cards.first(where: { Array($0.hash.hex.utf8) == file }) else {
                    throw Unknown(file: String(decoding: file, as: UTF8.self))
                }
                return card
            }
            return try Models(speaking: cards[0], challengers: Array(cards.dropFirst()))
        }
    }

    struct Unknown: Error, CustomStringConvertible {
        let file: String
        var description: String { "no card \(file)" }
    }
}
