import Foundation
import Testing

/// A headless Chromium, where the machine has one: what a page shows when it is rendered.
public enum Chromium {
    /// Found on `PATH` or among Playwright's browsers; nil where there is none.
    public static let path: String? = {
        let environment = ProcessInfo.processInfo.environment
        let names = [
            "chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chromium-headless-shell",
        ]
        let folders = (environment["PATH"] ?? "").split(separator: ":").map(String.init)
        let onPath = names.flatMap { name in folders.map { "\($0)/\(name)" } }
        let browsers = (environment["HOME"] ?? "") + "/.cache/ms-playwright"
        let files = FileManager.default.enumerator(atPath: browsers)?.compactMap { $0 as? String } ?? []
        let ofPlaywright = files.filter {
            ["chrome", "headless_shell", "chrome-headless-shell"].contains(($0 as NSString).lastPathComponent)
        }
        return (onPath + ofPlaywright.sorted().map { "\(browsers)/\($0)" }).first {
            FileManager.default.isExecutableFile(atPath: $0)
        }
    }()

    /// What a reader sees of a page.
    public struct Rendering: Decodable, Sendable {
        /// Of the whole page; more than the window's width means that it scrolls sideways.
        public let width: Int
        public let heading: String
        public let headings: [String]
        public let listItems: [String]
        /// Cells as they are shown, row by row; lines of a cell are separate.
        public let tables: [[[String]]]
    }

    /// Renders a page in a window so wide, in a frame of a page that measures it: the page itself has no script.
    public static func render(_ html: String, width: Int) throws -> Rendering {
        let files = try TemporaryFolder()
        let measure = """
            const page = frame.contentDocument, texts = (at, of) => [...at.querySelectorAll(of)].map(e => e.innerText);
            document.getElementById("measured").textContent = JSON.stringify({
              width: page.documentElement.scrollWidth, heading: page.querySelector("h1").innerText,
              headings: texts(page, "h2"), listItems: texts(page, "li"),
              tables: [...page.querySelectorAll("table")].map(table =>
                [...table.querySelectorAll("tr")].map(row => texts(row, "th,td")))});
            """
        let source = html.replacing("&", with: "&amp;").replacing("\"", with: "&quot;")
        let frame = """
            <!DOCTYPE html><meta charset="utf-8"><pre id="measured"></pre>
            <iframe id="frame" style="width:\(width)px;height:800px;border:0" srcdoc="\(source)"></iframe>
            <script>const frame = document.getElementById("frame"); frame.onload = () => { \(measure) };</script>
            """
        try frame.write(toFile: files.path("frame.html"), atomically: false, encoding: .utf8)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: try #require(path))
        process.arguments = [
            "--headless", "--no-sandbox", "--disable-gpu", "--user-data-dir=\(files.path("profile"))",
            "--virtual-time-budget=2000", "--window-size=1600,900", "--dump-dom", "file://\(files.path("frame.html"))",
        ]
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        let document = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        let start = try #require(document.range(of: "<pre id=\"measured\">")).upperBound
        let end = try #require(document.range(of: "</pre>", range: start..<document.endIndex)).lowerBound
        let json = [("&lt;", "<"), ("&gt;", ">"), ("&nbsp;", "\u{A0}"), ("&amp;", "&")].reduce(
            String(document[start..<end])
        ) { $0.replacing($1.0, with: $1.1) }
        return try JSONDecoder().decode(Rendering.self, from: Data(json.utf8))
    }
}
