import Foundation
import TestBroker
import Testing

/// `deploy/compose.yaml` by the schema of the Compose specification; `ContainerTests` asks docker, where it is.
@Suite struct ComposeTests {
    @Test(.enabled(if: PythonTools.shared != nil, "\(PythonTools.missing), check-jsonschema"))
    func `the file is by the specification's schema, and a field of another name is refused`() throws {
        try check(path("compose.yaml"))
        let files = try TemporaryFolder()
        try spoilt(text("compose.yaml"), "healthcheck:", "healthchecks:")
            .write(toFile: files.path("compose.yaml"), atomically: false, encoding: .utf8)
        #expect(throws: Shell.Failure.self) { try check(files.path("compose.yaml")) }
    }

    private func check(_ path: String) throws {
        let python = try #require(PythonTools.shared)
        try Shell.expect(
            python.path, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", path)
    }
}
