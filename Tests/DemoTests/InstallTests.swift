import Foundation
import TestBroker
import Testing

/// `deploy/install` where something is missing, played by programs of the same names.
@Suite(.serialized) struct InstallTests {
    /// Runs it with these programs before all others; each is the body of a shell script.
    private func install(_ programs: [String: String], before words: String = "") throws -> (code: Int32?, text: String)
    {
        let files = try TemporaryFolder()
        for (name, body) in programs {
            let made = FileManager.default.createFile(
                atPath: files.path(name), contents: Data("#!/bin/sh\n\(body)\n".utf8),
                attributes: [.posixPermissions: 0o755])
            #expect(made)
        }
        let folder = URL(fileURLWithPath: files.path(".")).standardizedFileURL.path
        unsafe chmod(folder, 0o755)
        let run = try DemoRun(shell: "export PATH=\"\(folder):$PATH\"; \(words) deploy/install")
        let code = run.exitCode()
        #expect(try run.leftBehind() == [])
        return (code, run.text)
    }

    private let nothingInstalled = ["dpkg-query": "exit 1"]

    @Test func `where all is there it prints the folder of Swift and nothing else`() throws {
        let result = try install([:])
        #expect(result.code == 0, "\(result.text)")
        let folder = result.text.trimmingCharacters(in: .whitespacesAndNewlines)
        #expect(FileManager.default.isExecutableFile(atPath: folder + "/swift"))
    }

    @Test func `an old Swift, and one that does not answer, are refused with the link`() throws {
        let old = try install(["swift": "echo 'Swift version 5.10.1 (swift-5.10.1-RELEASE)'"])
        #expect(old.code == 1 && old.text.contains("is Swift 5.10: 6.2 or later is needed"), "\(old.text)")
        #expect(old.text.contains("https://www.swift.org/install/linux/"))
        let broken = try install(["swift": "exit 127"])
        #expect(broken.code == 1 && broken.text.contains("does not answer"), "\(broken.text)")
        let newest = try install(["swift": "echo 'Swift version 10.0 (swift-10.0-RELEASE)'"])
        #expect(newest.code == 0, "\(newest.text)")
    }

    @Test func `without Swift it says where to get one`() throws {
        // All programs but Swift's.
        let files = try TemporaryFolder()
        let script = """
            find -L /bin /usr/bin /sbin /usr/sbin -maxdepth 1 -type f ! -name 'swift*' -exec ln -sf -t "\(files.path("."))" {} +
            PATH=\(files.path(".")) HOME=/nonexistent exec deploy/install
            """
        let run = try DemoRun(shell: script)
        #expect(run.exitCode() == 1 && run.text.contains("swift is missing: install Swift 6.2 or later"), "\(run.text)")
    }

    @Test(.enabled(if: getuid() == 0, "not root: installing was not tried"))
    func `packages that cannot be fetched are named`() throws {
        let programs = ["apt-get": "echo 'E: Unable to fetch some archives' >&2; exit 100"]
        let result = try install(programs.merging(nothingInstalled) { $1 })
        #expect(result.code == 1)
        #expect(result.text.contains("installing librdkafka-dev libzstd-dev "), "\(result.text)")
        #expect(result.text.contains("apt-get cannot get them: connect this machine to a Debian mirror"))
        #expect(result.text.contains("E: Unable to fetch"))
    }

    @Test(.enabled(if: getuid() == 0, "not root: another user could not be tried"))
    func `who is not root gets the one command`() throws {
        let result = try install(
            nothingInstalled, before: "chmod 777 \"$TMPDIR\"; setpriv --reuid=65534 --regid=65534 --clear-groups")
        #expect(result.code == 1)
        #expect(
            result.text.contains("sudo apt-get install -y --no-install-recommends librdkafka-dev"), "\(result.text)")
    }
}
