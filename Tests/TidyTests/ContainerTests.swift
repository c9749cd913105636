import Foundation
import TestBroker
import Testing

/// What can be known of `deploy/compose.yaml` and `deploy/Dockerfile` without Docker: that they name what there is.
struct ContainerTests {
    private static let image = "/opt/plainscore"
    private let repository = Repository()

    @Test(.enabled(if: isPyYAMLPresent, "no python3-yaml: deploy/compose.yaml was not read"))
    func `each service's command line is one that the program takes, on volumes and services that are declared`() throws
    {
        let compose = try JSONDecoder().decode(Compose.self, from: try yamlAsJSON("deploy/compose.yaml"))
        var programs: Set<String> = []
        for (name, service) in compose.services {
            for line in service.commandLines { programs.insert(try check(line, of: name)) }
            #expect(Set((service.dependencies ?? [:]).keys).isSubset(of: compose.services.keys), "\(name)")
            let volumes = (service.volumes ?? []).map { String($0.prefix { $0 != ":" }) }
            #expect(Set(volumes).isSubset(of: compose.volumes.keys), "\(name)")
        }
        #expect(programs.isSuperset(of: try products()), "each executable runs")
        #expect(compose.services["setup"]?.dependencies?["kafka"]?.condition == "service_healthy")
        for name in try products() where name != "plainscore" {
            let service = try #require(compose.services[name])
            #expect(service.dependencies?["setup"]?.condition == "service_completed_successfully", "\(name)")
        }
        // What `topics check` demands of the brokers.
        let settings = try #require(compose.services["kafka"]?.environment)
        #expect(Int(settings["KAFKA_OFFSETS_RETENTION_MINUTES"] ?? "") == 43_200)
        #expect(settings["KAFKA_AUTO_CREATE_TOPICS_ENABLE"] == "false")
    }

    @Test func `the image is built of this package's products, and of folders that there are`() throws {
        let text = try file("Dockerfile").lines.joined(separator: "\n").replacingOccurrences(of: "\\\n", with: " ")
        let lines = text.split(separator: "\n").map { $0.split(whereSeparator: \.isWhitespace).map(String.init) }
        let build = try #require(lines.first { $0.starts(with: ["RUN", "for", "product", "in"]) })
        let built = build.dropFirst(4).prefix { !$0.hasPrefix("do") }.map { $0.filter { $0 != ";" } }
        #expect(Set(built) == (try products()))
        let copied = try #require(lines.first { $0.contains("cp") && $0.contains("/image/bin") })
        #expect(Set(copied).isSuperset(of: try products()))
        for line in lines where line.first == "COPY" && !line[1].hasPrefix("--from") {
            let path = repository.root.appendingPathComponent(line[1]).path
            #expect(FileManager.default.fileExists(atPath: path), "COPY \(line[1])")
        }
    }

    @Test(.enabled(if: knowsDebian12, "not Debian 12 with package lists: no package's name was looked up"))
    func `each package of the image is in Debian 12`() throws {
        let words = try file("Dockerfile").lines.joined(separator: " ").split(separator: " ")
        let packages = words.split(separator: "&&").filter { $0.contains("--no-install-recommends") }
            .flatMap { $0.drop { $0 != "--no-install-recommends" }.dropFirst().filter { $0 != "\\" } }
        #expect(packages.count > 10)
        let known = try #require(try output("apt-cache", ["show"] + packages.map(String.init)))
            .split(separator: "\n").filter { $0.hasPrefix("Package: ") }.map { $0.dropFirst("Package: ".count) }
        #expect(Set(packages).subtracting(known) == [])
    }

    @Test(.enabled(if: isComposePresent, "no docker compose: its own check of deploy/compose.yaml was not run"))
    func `docker compose takes the file`() throws {
        let path = repository.root.appendingPathComponent("deploy/compose.yaml").path
        #expect(try output("docker", "compose", "--file", path, "config", "--quiet") != nil)
    }

    /// Holds one command line to the program's own `--help`, and its files of the image to the tree; the program.
    private func check(_ line: [String], of service: String) throws -> String {
        let program = try #require(line.first)
        try #require(try products().contains(program), "\(service): \(program) is no product of this package")
        let words = line.dropFirst().prefix { !$0.hasPrefix("-") && !$0.hasPrefix("/") && !$0.hasPrefix("$") }
        let path = try Program.folder().appendingPathComponent(program).path
        let help = try #require(
            try output(path, words == ["help"] ? ["help"] : words + ["--help"]), "\(service): \(line)")
        for option in line where option.hasPrefix("--") {
            #expect(help.contains("\n  \(option) "), "\(service): \(program) takes no \(option)")
        }
        for file in line where file.hasPrefix(Self.image + "/models/") {
            let inTree = "deploy" + file.dropFirst(Self.image.count)
            #expect(FileManager.default.fileExists(atPath: repository.root.appendingPathComponent(inTree).path))
        }
        return program
    }

    /// The executables of Package.swift that are no test's.
    private func products() throws -> Set<String> { Set(try repository.entries("Sources/Executables")) }

    private func file(_ name: String) throws -> Repository.File {
        try #require(try repository.files("deploy", name).first { $0.path == "deploy/\(name)" })
    }

    private func yamlAsJSON(_ path: String) throws -> Data {
        let program = "import json, sys, yaml; print(json.dumps(yaml.safe_load(open(sys.argv[1]))))"
        let json = try output("python3", "-c", program, repository.root.appendingPathComponent(path).path)
        return Data(try #require(json, "\(path) is no YAML").utf8)
    }
}

/// Of a compose file what is looked at here.
private struct Compose: Decodable {
    struct Service: Decodable {
        struct Dependency: Decodable { let condition: String }
        let command: [String]?
        let entrypoint: [String]?
        let environment: [String: String]?
        let dependencies: [String: Dependency]?
        let volumes: [String]?

        enum CodingKeys: String, CodingKey {
            case command, entrypoint, environment, volumes
            case dependencies = "depends_on"
        }

        /// Each command that it runs, those of a shell script one by one.
        var commandLines: [[String]] {
            guard let command else { return [] }
            if command.first != "sh" { return [(entrypoint ?? []) + command] }
            return (command.last ?? "").split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
        }
    }
    let services: [String: Service]
    let volumes: [String: Never?]
}

/// What a program printed; nil where it is not there or failed.
private func output(_ program: String, _ arguments: String...) throws -> String? { try output(program, arguments) }

private func output(_ program: String, _ arguments: [String]) throws -> String? {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [program] + arguments
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = FileHandle.nullDevice
    try process.run()
    let bytes = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return process.terminationStatus == 0 ? String(decoding: bytes, as: UTF8.self) : nil
}

private var isPyYAMLPresent: Bool { (try? output("python3", "-c", "import yaml")).flatMap(\.self) != nil }
private var isComposePresent: Bool { (try? output("docker", "compose", "version")).flatMap(\.self) != nil }
private var knowsDebian12: Bool {
    let release = try? String(contentsOfFile: "/etc/os-release", encoding: .utf8)
    let lists = try? FileManager.default.contentsOfDirectory(atPath: "/var/lib/apt/lists")
    return release?.contains("VERSION_CODENAME=bookworm") == true
        && lists?.contains { $0.contains("_Packages") } == true
}
