import Scoring

extension Feature {
    /// At most three features that a field of this name may be: those whose names share most words with it, then those
    /// with the fewest other words, then in the catalogue's order. Words end where anything but letters and digits
    /// stands, and where a capital follows a small letter; one that another begins with is the same where it has three
    /// letters. None where no word is shared. Complexity: the catalogue times the words.
    public static func near(_ field: String) -> [String] {
        let wanted = words(of: field)
        let shared = names.enumerated().compactMap { index, name -> (count: Int, others: Int, index: Int)? in
            let own = words(of: name)
            let count = wanted.count { word in own.contains { isSame(word, $0) } }
            return count == 0 ? nil : (count, own.count - count, index)
        }
        return shared.sorted { (-$0.count, $0.others, $0.index) < (-$1.count, $1.others, $1.index) }.prefix(3)
            .map { names[$0.index] }
    }

    private static func words(of name: String) -> Set<String> {
        var words: Set<String> = []
        var word = ""
        for character in name {
            let isWord = character.isASCII && (character.isLetter || character.isNumber)
            if !isWord || (character.isUppercase && word.last?.isLowercase == true) {
                words.insert(word.lowercased())
                word = ""
            }
            if isWord { word.append(character) }
        }
        words.insert(word.lowercased())
        words.remove("")
        return words
    }

    private static func isSame(_ left: String, _ right: String) -> Bool {
        left == right || (min(left.count, right.count) >= 3 && (left.hasPrefix(right) || right.hasPrefix(left)))
    }
}
