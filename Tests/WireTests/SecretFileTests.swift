import Foundation
import Testing
import Wire

@Suite struct SecretFileTests {
    @Test func `a made secret is read back, and is another each time`() throws {
        try inFolder { folder in
            try SecretFile.create("\(folder)/a")
            try SecretFile.create("\(folder)/b")
            let secret = try SecretFile.read("\(folder)/a")
            #expect(secret.count == PersonHasher.secretByteCount)
            #expect(try secret != SecretFile.read("\(folder)/b"))
            let text = try String(contentsOfFile: "\(folder)/a", encoding: .utf8)
            #expect(text == secret.map { hexadecimal($0) }.joined() + "\n")
            let mode = try FileManager.default.attributesOfItem(atPath: "\(folder)/a")[.posixPermissions] as? Int
            #expect(mode == 0o600)
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder).sorted() == ["a", "b"])
        }
    }

    @Test func `a secret is never replaced`() throws {
        try inFolder { folder in
            try SecretFile.create("\(folder)/a")
            let secret = try SecretFile.read("\(folder)/a")
            let error = #expect(throws: SecretFileError.self) { try SecretFile.create("\(folder)/a") }
            #expect(error?.path == "\(folder)/a")
            #expect(try SecretFile.read("\(folder)/a") == secret)
        }
    }

    @Test(arguments: [0o640, 0o604, 0o620, 0o602, 0o610])
    func `a file open to others is refused`(mode: Int) throws {
        try inFolder { folder in
            try SecretFile.create("\(folder)/a")
            try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: "\(folder)/a")
            let error = #expect(throws: SecretFileError.self) { try SecretFile.read("\(folder)/a") }
            #expect(error?.mend == "chmod 600 \(folder)/a")
        }
    }

    @Test(arguments: [
        "", "\n", String(repeating: "a", count: 63) + "\n", String(repeating: "a", count: 64),
        String(repeating: "a", count: 65) + "\n", String(repeating: "a", count: 64) + "\n\n",
        String(repeating: "g", count: 64) + "\n",
    ])
    func `a file that holds anything else is refused`(content: String) throws {
        try inFolder { folder in
            let path = "\(folder)/a"
            let made = FileManager.default.createFile(
                atPath: path, contents: Data(content.utf8), attributes: [.posixPermissions: 0o600])
            #expect(made)
            let error = #expect(throws: SecretFileError.self) { try SecretFile.read(path) }
            #expect(error?.fault.contains("64 hexadecimal digits") == true)
        }
    }

    @Test func `a missing file and a folder are refused`() throws {
        try inFolder { folder in
            #expect(throws: SecretFileError.self) { try SecretFile.read("\(folder)/none") }
            #expect(throws: SecretFileError.self) { try SecretFile.read(folder) }
            #expect(throws: SecretFileError.self) { try SecretFile.create("\(folder)/none/a") }
        }
    }

    private func inFolder(_ body: (String) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "plainscore-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try body(folder.path)
    }

    private func hexadecimal(_ byte: UInt8) -> String { (byte < 16 ? "0" : "") + String(byte, radix: 16) }
}
