import Foundation

/// The checkout that this file is in, read as text.
struct Repository {
    struct File {
        /// From the checkout's root.
        let path: String
        let lines: [String]

        var name: String { path.split(separator: "/").last.map(String.init) ?? path }

        /// `path:line`, as an editor opens it.
        func place(_ index: Int) -> String { "\(path):\(index + 1)" }
    }

    let root: URL

    init() {
        root = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    }

    /// The files below `folder` whose names end in one of `endings`, in order of path.
    func files(_ folder: String, _ endings: String...) throws -> [File] {
        let found = try FileManager.default.subpathsOfDirectory(atPath: root.appendingPathComponent(folder).path)
        return try found.sorted().filter { path in endings.contains { path.hasSuffix($0) } }.map { path in
            let text = try String(contentsOf: root.appendingPathComponent("\(folder)/\(path)"), encoding: .utf8)
            return File(
                path: "\(folder)/\(path)",
                lines: text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init))
        }
    }

    /// Entries of the top level that tools have made.
    static let ofTools: Set<String> = [".git", ".build", ".swiftpm", "plainscore-state"]

    /// Every file of the tree that is text, in order of path.
    func texts() throws -> [File] {
        let enumerator = FileManager.default.enumerator(at: root, includingPropertiesForKeys: [.isRegularFileKey])
        var files: [File] = []
        while let url = enumerator?.nextObject() as? URL {
            let path = String(url.standardizedFileURL.path.dropFirst(root.path.count + 1))
            if Self.ofTools.contains(path) { enumerator?.skipDescendants() }
            guard try url.resourceValues(forKeys: [.isRegularFileKey]).isRegularFile == true,
                let text = try? String(contentsOf: url, encoding: .utf8), !text.contains("\0")
            else { continue }
            files.append(
                File(
                    path: path,
                    lines: text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)))
        }
        return files.sorted { $0.path < $1.path }
    }

    func entries(_ folder: String = "") throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: root.appendingPathComponent(folder).path).sorted()
    }
}

extension Repository.File {
    /// The modules that it imports, each with the index of its line.
    var imports: [(module: String, index: Int)] {
        lines.enumerated().compactMap { index, line in
            var words = line.split(separator: " ")[...]
            while let word = words.first, word.hasPrefix("@") || Self.accessLevels.contains(word) {
                words.removeFirst()
            }
            guard words.first == "import", words.count >= 2 else { return nil }
            words.removeFirst()
            if words.count >= 2, Self.kinds.contains(words.first ?? "") { words.removeFirst() }
            return words.first.map { (String($0.prefix { $0 != "." }), index) }
        }
    }

    private static let accessLevels: Set<Substring> = ["public", "package", "internal", "private", "fileprivate"]
    private static let kinds: Set<Substring> = [
        "struct", "class", "enum", "protocol", "func", "var", "let", "typealias",
    ]
}
