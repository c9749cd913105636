import Testing

struct StyleTests {
    private static let lineCountMax = 350
    private let repository = Repository()

    @Test func `a file is one idea`() throws {
        let files = try repository.files("Sources", ".swift") + repository.files("Tests", ".swift")
        #expect(files.count > 50)
        for file in files {
            #expect(file.lines.count - 1 <= Self.lineCountMax, "\(file.path) has \(file.lines.count - 1) lines")
        }
    }

    @Test func `no public signature has a raw pointer in it`() throws {
        var signatures = 0
        for file in try repository.files("Sources", ".swift") {
            for index in file.lines.indices where Self.isPublic(file.lines[index]) {
                signatures += 1
                let signature = Self.signature(file.lines[index...])
                let names = signature.split { !$0.isLetter && !$0.isNumber && $0 != "_" }
                let pointer = names.first { $0.hasPrefix("Unsafe") || $0 == "OpaquePointer" }
                #expect(pointer == nil, "\(file.place(index)) shows \(pointer ?? "")")
            }
        }
        #expect(signatures > 100)
    }

    @Test func `nothing is left for later`() throws {
        let marks = ["TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK"]
        let files =
            try repository.files("Sources", ".swift", ".h", ".c", ".cpp", ".md")
            + repository.files("Tests", ".swift") + repository.files("deploy", "up", "test")
            + repository.files("schemas", ".md", ".proto")
        #expect(files.count > 50)
        for file in files {
            for (index, line) in file.lines.enumerated() {
                let words = line.split { !$0.isLetter }
                #expect(!words.contains { marks.contains(String($0)) }, "\(file.place(index)): \(line)")
            }
        }
    }

    @Test func `no test waits by the clock, unless it says beside it why`() throws {
        let naps = ["sl" + "eep(", "Thread.sl" + "eep", "Task.sl" + "eep"]
        for file in try repository.files("Tests", ".swift") where file.name != "StyleTests.swift" {
            for (index, line) in file.lines.enumerated() where naps.contains(where: line.contains) {
                #expect(line.contains("//"), "\(file.place(index)): wait for a condition with a deadline")
            }
        }
    }

    @Test func `no path of one machine is in the repository`() throws {
        let files =
            try repository.files("Sources", ".swift", ".h", ".c", ".cpp", ".md") + repository.files("Tests", ".swift")
            + repository.files("deploy", "up", "test") + repository.files("schemas", ".md", ".proto")
        let paths = ["work/", "home/", "tmp/"].map { "\"/" + $0 } + ["work/", "home/"].map { " /" + $0 }
        for file in files {
            for (index, line) in file.lines.enumerated() {
                #expect(!paths.contains(where: line.contains), "\(file.place(index)): \(line)")
            }
        }
    }

    @Test func `no merge has left its marks`() throws {
        let marks = ["<", ">"].map { String(repeating: $0, count: 7) + " " }
        let files = try repository.texts()
        #expect(files.contains { $0.path == "README.md" } && files.contains { $0.path.hasPrefix(".ci/") })
        for file in files {
            for (index, line) in file.lines.enumerated() where marks.contains(where: { line.hasPrefix($0) }) {
                Issue.record("\(file.place(index)): \(line)")
            }
        }
    }

    @Test func `the top level is what the README says`() throws {
        let allowed: Set<String> = [
            ".ci", ".gitignore", ".swift-format", "LICENSE", "Package.swift", "README.md", "Sources", "Tests", "deploy",
            "schemas",
        ]
        let entries = Set(try repository.entries()).subtracting(Repository.ofTools)
        #expect(entries.symmetricDifference(allowed) == [])
    }

    private static func isPublic(_ line: String) -> Bool {
        let words = line.split(separator: " ")
        return words.first { !$0.hasPrefix("@") } == "public"
            || words.contains("@usableFromInline") && words.contains("public")
    }

    /// From a declaration's first line up to its body.
    private static func signature(_ lines: ArraySlice<String>) -> String {
        var text = ""
        for line in lines.prefix(12) {
            guard let end = line.firstIndex(of: "{") else {
                text += line + " "
                // A declaration without a body ends with a line that is balanced and not continued.
                if balance(text) == 0, !line.hasSuffix(","), !line.hasSuffix("(") { break }
                continue
            }
            return text + line[..<end]
        }
        return text
    }

    /// Parentheses still open.
    private static func balance(_ text: String) -> Int {
        text.reduce(0) { $0 + ($1 == "(" ? 1 : $1 == ")" ? -1 : 0) }
    }
}
