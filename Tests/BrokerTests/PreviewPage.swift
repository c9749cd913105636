import Foundation
import FoundationXML

/// The page, read as the XML that it is.
struct PreviewPage {
    let html: String
    private let document: XMLDocument

    init(_ html: String) throws {
        self.html = html
        document = try XMLDocument(xmlString: String(html.drop { $0 != "\n" }))
    }

    var text: String { document.stringValue ?? "" }

    /// The rows of the table with this caption, the heading left out; thousands without their commas.
    func rows(_ caption: String) -> [[String]] {
        let rows = (try? document.nodes(forXPath: "//table[caption='\(caption)']/tbody/tr")) ?? []
        return rows.map { row in
            (row.children ?? []).map { ($0.stringValue ?? "").replacing(",", with: "") }
        }
    }

    /// The figures at the top by what they are called.
    var facts: [String: String] {
        let facts = (try? document.nodes(forXPath: "//dl/div")) ?? []
        return Dictionary(
            uniqueKeysWithValues: facts.map { fact in
                let number = (try? fact.nodes(forXPath: "dd/text()"))?.first?.stringValue ?? ""
                return ((try? fact.nodes(forXPath: "dt"))?.first?.stringValue ?? "", number.replacing(",", with: ""))
            })
    }
}

/// What `plainscore replay --model --json` prints (schemas/explanation.md), as far as the tests read it.
struct PreviewJSON: Decodable {
    struct Persons: Decodable { let live, scoredByBoth: Int }
    struct Scores: Decodable { let changed, higher, lower, same, sumOfDifferences: Int }
    struct Differences: Decodable {
        struct Step: Decodable { let from, through, persons: Int }
        let width: Int
        let steps: [Step]
    }
    struct Stability: Decodable {
        struct Bin: Decodable {
            let from: Int?
            let through: Int?
            let before, after: Int
        }
        let tenThousandths: Int
        let bins: [Bin]
    }
    struct Cut: Decodable {
        let score: Int
        let isMedian: Bool
        let before, after, afterBasisPoints, fallen: Int
    }
    struct Reasons: Decodable {
        struct Code: Decodable {
            let code: String
            let before, after, appears, disappears: Int
        }
        let personsChanged: Int
        let codes: [Code]
    }
    struct Change: Decodable {
        struct Part: Decodable {
            struct Side: Decodable { let points: Int }
            let characteristic: String
            let before, after: Side?
        }
        let person: String
        let scoreBefore, scoreAfter: Int
        let characteristics: [Part]
    }
    let persons: Persons
    let scores: Scores
    let differences: Differences
    let psi: Stability
    let cut: Cut
    let reasons: Reasons
    let largest: [Change]
}
