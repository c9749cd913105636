import Testing

/// Who may import whom. Each row names rows above it only, so there is no way back up.
private let layers: [(folder: String, imports: Set<String>)] = [
    // Edges and what they rest on.
    ("Sources/Checksums", ["CXXHash"]),
    ("Sources/KeyedHashes", ["CSodium"]),
    ("Sources/Log", ["Checksums"]),
    ("Sources/Telemetry", ["Glibc", "Synchronization"]),
    ("Sources/HTTP", ["CMicroHTTPD", "Glibc", "Synchronization"]),
    ("Sources/Kafka", ["CRDKafka", "Log", "Glibc", "Synchronization"]),
    ("Sources/Snapshots", ["CZstd", "Checksums", "Glibc", "Synchronization"]),
    // Core: no clock, file, socket or randomness, so no Glibc and no Foundation.
    ("Sources/Events", ["Checksums", "KeyedHashes"]),
    ("Sources/Scoring", ["Events", "Checksums", "CMemory"]),
    // Edges that know events or scorecards.
    ("Sources/Wire", ["CEventProto", "CSimdJSON", "KeyedHashes", "Events", "Glibc"]),
    ("Sources/ScorecardFiles", ["Scoring", "Events", "Checksums", "Foundation", "FoundationXML"]),
    ("Sources/Commands", ["Kafka", "Log", "Telemetry", "Glibc"]),
    // Shell.
    (
        "Sources/Pipeline",
        [
            "Events", "Scoring", "Log", "Kafka", "Snapshots", "Wire", "ScorecardFiles", "Telemetry", "Commands",
            "Checksums", "HTTP", "Glibc", "Synchronization",
        ]
    ),
    // Executables.
    (
        "Sources/Executables/plainscore",
        [
            "Pipeline", "Commands", "Kafka", "Log", "Wire", "Scoring", "Events", "ScorecardFiles", "Snapshots",
            "Telemetry", "HTTP", "Glibc", "Foundation",
        ]
    ),
    ("Sources/Executables/payments-consumer", ["Pipeline", "Events"]),
    ("Sources/Executables/bills-consumer", ["Pipeline", "Events"]),
    ("Sources/Executables/accounts-consumer", ["Pipeline", "Events"]),
    ("Sources/Executables/rentals-consumer", ["Pipeline", "Events"]),
    ("Sources/Executables/consents-consumer", ["Pipeline", "Events"]),
    ("Sources/Executables/aggregator", ["Pipeline"]),
    ("Sources/Executables/publisher", ["Pipeline"]),
]

struct LayerTests {
    private let repository = Repository()

    @Test(arguments: layers.map(\.folder))
    func `a module imports only what its layer may`(folder: String) throws {
        let allowed = try #require(layers.first { $0.folder == folder }).imports
        let files = try repository.files(folder, ".swift")
        #expect(!files.isEmpty)
        for file in files {
            for (module, index) in file.imports {
                #expect(allowed.contains(module), "\(file.place(index)) imports \(module)")
            }
        }
    }

    @Test func `the table's layers only go down and leave no module out`() throws {
        var above: Set<String> = []
        for (folder, imports) in layers.reversed() {
            let module = String(folder.split(separator: "/").last!)
            #expect(imports.isDisjoint(with: above.union([module])), "\(module) imports what stands above it")
            above.insert(module)
        }
        let modules = try repository.entries("Sources").filter { !["C", "Executables"].contains($0) }
        let executables = try repository.entries("Sources/Executables").map { "Executables/\($0)" }
        #expect(Set(layers.map(\.folder)) == Set((modules + executables).map { "Sources/\($0)" }))
    }

    @Test func `the oracle imports nothing of ours but the event values`() throws {
        for file in try repository.files("Tests/Oracle", ".swift") {
            for (module, index) in file.imports {
                #expect(module == "Events", "\(file.place(index)) imports \(module)")
            }
        }
    }

    @Test func `each C library is seen by one module`() throws {
        let libraries = try repository.entries("Sources/C")
        #expect(!libraries.isEmpty)
        for library in libraries {
            let importers = layers.filter { $0.imports.contains(library) }.map(\.folder)
            #expect(importers.count == 1, "\(library) is imported by \(importers)")
            // Seen inside, never handed on.
            for file in try repository.files("Sources", ".swift") {
                for (module, index) in file.imports where module == library {
                    #expect(!file.lines[index].hasPrefix("public"), "\(file.place(index)) hands \(library) on")
                }
            }
        }
    }
}
