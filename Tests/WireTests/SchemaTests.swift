import Events
import Foundation
import Testing
import Wire

private let repository = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

private let protocPath = ["/usr/bin/protoc-c", "/usr/local/bin/protoc-c"]
    .first { FileManager.default.isExecutableFile(atPath: $0) }

@Suite struct SchemaTests {
    @Test(arguments: [nil] + EventType.allCases.map(Optional.some))
    func `the names in JSON are those of the schema`(_ type: EventType?) {
        #expect(SchemaNames.used(of: type) == SchemaNames.declared(of: type).map(lowerCamelCase))
    }

    @Test(arguments: EventType.allCases)
    func `a body's field number is the number of its type`(_ type: EventType) {
        #expect(SchemaNames.number(of: type) == UInt32(type.rawValue))
    }

    @Test func `the values of enums are those of the schema`() {
        let used = SchemaNames.usedValues
        let declared = SchemaNames.declaredValues
        #expect(used.map(\.type) == declared.map(\.type))
        #expect(used.map(\.field) == declared.map(\.field))
        #expect(used.map(\.values) == declared.map(\.values))
    }

    @Test(arguments: RefusalReason.allCases)
    func `producers can look up each reason`(_ reason: RefusalReason) throws {
        let text = try String(contentsOf: repository.appending(path: "schemas/README.md"), encoding: .utf8)
        let table = text.split(separator: "\n").filter { $0.hasPrefix("| `") }
        #expect(table.contains { $0.contains("`\(reason.rawValue)`") })
    }

    @Test(.enabled(if: protocPath != nil, "protoc-c is missing: install protobuf-c-compiler"))
    func `the committed C is what protoc-c makes of the schema`() throws {
        let target = FileManager.default.temporaryDirectory.appending(path: "plainscore-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: target, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: target) }
        try run(repository.appending(path: "schemas/generate.sh").path, [target.path])
        let committed = repository.appending(path: "Sources/C/CEventProto")
        for file in ["event.pb-c.c", "include/event.pb-c.h"] {
            let fresh = try Data(contentsOf: target.appending(path: file))
            let isSame = try fresh == Data(contentsOf: committed.appending(path: file))
            #expect(isSame, "\(file) differs: run schemas/generate.sh")
        }
    }

    @Test(.enabled(if: protocPath != nil, "protoc-c is missing: install protobuf-c-compiler"))
    func `the schema of score changes is sound`() throws {
        let target = FileManager.default.temporaryDirectory.appending(path: "plainscore-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: target, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: target) }
        let folder = repository.appending(path: "schemas/plainscore/v1").path
        try run(protocPath!, ["--proto_path=\(folder)", "--c_out=\(target.path)", "score_change.proto"])
    }

    private func run(_ program: String, _ arguments: [String]) throws {
        let process = Process()
        process.executableURL = URL(filePath: program)
        process.arguments = arguments
        try process.run()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
    }

    private func lowerCamelCase(_ name: String) -> String {
        let words = name.split(separator: "_")
        return words[0] + words.dropFirst().map(\.capitalized).joined()
    }
}
