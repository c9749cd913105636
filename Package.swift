// swift-tools-version: 6.2
// The manifest is the architecture: targets in layers, imports run downwards only (Tests/TidyTests holds them to it).
import PackageDescription

let strict: [SwiftSetting] = [
    .strictMemorySafety(),  // C and raw memory are marked `unsafe`, so they can be found with grep
    .treatAllWarnings(as: .error),
    .enableExperimentalFeature("Lifetimes"),  // functions that return a span say whom it borrows from
]

let package = Package(
    name: "plainscore",
    targets: [
        // Executables: one thin main each.
        role("payments-consumer"), role("bills-consumer"), role("accounts-consumer"),
        role("rentals-consumer"), role("consents-consumer"), role("aggregator"), role("publisher"),
        .executableTarget(
            name: "plainscore",  // the command of producers, subscribers and operators
            dependencies: [
                "Pipeline", "Commands", "Kafka", "Log", "Wire", "Scoring", "Events", "ScorecardFiles", "Snapshots",
                "Telemetry", "HTTP",
            ],
            path: "Sources/Executables/plainscore", resources: [.copy("Samples")], swiftSettings: strict),

        // Shell: the roles, written once against a log.
        .target(
            name: "Pipeline",
            dependencies: [
                "Events", "Scoring", "Log", "Kafka", "Snapshots", "Wire", "ScorecardFiles", "Telemetry", "Commands",
                "Checksums", "HTTP",
            ],
            swiftSettings: strict),

        // Core: no clock, file, socket or randomness.
        .target(name: "Scoring", dependencies: ["Events", "Checksums", "CMemory"], swiftSettings: strict),
        .target(name: "Events", dependencies: ["Checksums", "KeyedHashes"], swiftSettings: strict),

        // Edges: each hides one library or one system interface.
        .target(name: "Log", dependencies: ["Checksums"], swiftSettings: strict),  // what the roles ask of a log
        .target(name: "Kafka", dependencies: ["Log", "CRDKafka"], swiftSettings: strict),
        .target(name: "Snapshots", dependencies: ["Checksums", "CZstd"], swiftSettings: strict),
        .target(
            name: "Wire", dependencies: ["Events", "KeyedHashes", "CEventProto", "CSimdJSON"], swiftSettings: strict),
        .target(name: "ScorecardFiles", dependencies: ["Scoring", "Events", "Checksums"], swiftSettings: strict),
        .target(name: "Telemetry", swiftSettings: strict),
        .target(name: "HTTP", dependencies: ["CMicroHTTPD"], swiftSettings: strict),
        .target(name: "Commands", dependencies: ["Kafka", "Log", "Telemetry"], swiftSettings: strict),  // options, help
        .target(name: "Checksums", dependencies: ["CXXHash"], swiftSettings: strict),
        .target(name: "KeyedHashes", dependencies: ["CSodium"], swiftSettings: strict),

        // C: the distribution's libraries, each seen by one Swift module.
        library("CRDKafka", "rdkafka", apt: "librdkafka-dev"),  // the C client: idempotence, transactions, membership
        library("CZstd", "libzstd", apt: "libzstd-dev"),  // level 1: as small as 3 in a third of the time
        library("CXXHash", "libxxhash", apt: "libxxhash-dev"),  // XXH3: 7 ns for a 110-byte record
        library("CSodium", "libsodium", apt: "libsodium-dev"),  // keyed BLAKE2b for a person's key, SipHash for names
        library("CMicroHTTPD", "libmicrohttpd", apt: "libmicrohttpd-dev"),  // metrics and health on a thread of its own
        .target(  // what protoc-c makes of schemas/, with an arena that is reset per record: 116 ns a record
            name: "CEventProto", path: "Sources/C/CEventProto",
            linkerSettings: [.linkedLibrary("protobuf-c")]),
        .target(  // simdjson behind `extern "C"`: exact 64-bit integers, UTF-8 checked, 100 ns a record
            name: "CSimdJSON", path: "Sources/C/CSimdJSON",
            linkerSettings: [.linkedLibrary("simdjson"), .linkedLibrary("stdc++")]),

        .systemLibrary(name: "CMemory", path: "Sources/C/CMemory"),  // prefetch, huge pages

        // Tests, and what they share.
        support("SimulatedLog", ["Log"]),  // a log in memory: partitions, groups, transactions, crashes, by a seed
        support("TestTimeline", ["Events", "Scoring", "Checksums"]),
        support("Oracle", ["Events"]),  // the fold's rules once more, the plainest way
        support("UCI", ["Events"]),
        support("CorpusFiles", []),
        support("TestBroker", []),
        .executableTarget(  // Tests/FoldDigest/compare runs it under other hash seeds, locales and builds
            name: "fold-digest", dependencies: ["Events", "Scoring", "ScorecardFiles", "TestTimeline", "Checksums"],
            path: "Tests/FoldDigest", exclude: ["compare"], swiftSettings: strict),
        .target(name: "AllocationCounter", path: "Tests/C/AllocationCounter"),  // malloc, counted on its way to glibc's
        .target(name: "PlainScan", path: "Tests/C/PlainScan"),  // the unit of bench-core: a scan by hand in C
        .executableTarget(  // deploy/bench core
            name: "bench-core",
            dependencies: [
                "Events", "Scoring", "ScorecardFiles", "Snapshots", "TestTimeline", "AllocationCounter", "PlainScan",
            ],
            path: "Tests/BenchCore", swiftSettings: strict),
        .executableTarget(  // deploy/bench pipeline, latency, recovery
            name: "bench-pipeline",
            dependencies: ["Events", "Scoring", "Wire", "Log", "Kafka", "Pipeline", "Snapshots", "Telemetry"],
            path: "Tests/BenchPipeline", swiftSettings: strict),
        tests("ChecksumsTests", ["Checksums", "KeyedHashes"]),
        tests(
            "ScoringTests",
            [
                "Events", "Scoring", "ScorecardFiles", "TestTimeline", "Oracle", "UCI", "Checksums",
                "AllocationCounter",
            ]),
        tests("ScorecardFilesTests", ["ScorecardFiles", "Scoring", "Events"]),
        tests("WireTests", ["Wire", "Events", "CorpusFiles", "TestBroker"]),
        tests("SnapshotsTests", ["Snapshots", "Checksums"]),
        tests("TelemetryTests", ["Telemetry"]),
        tests("HTTPTests", ["HTTP"]),
        tests("SimulatedLogTests", ["SimulatedLog", "Log", "Checksums"]),
        tests("KafkaTests", ["Kafka", "Log", "TestBroker"]),
        tests(
            "CommandTests",
            ["Commands", "Pipeline", "Kafka", "Log", "Wire", "Events", "TestBroker", "UCI", "CorpusFiles"]),
        tests("TidyTests", ["TestBroker"]),
        tests("ReadmeTests", ["TestBroker"]),
        tests("DeployTests", ["TestBroker", "Telemetry"]),  // the files of deploy/, each by its own checker
        tests("DemoTests", ["TestBroker"]),  // deploy/demo and deploy/install as a stranger runs them
        tests(
            "BrokerTests",
            [
                "Pipeline", "Kafka", "Log", "Wire", "Events", "Scoring", "ScorecardFiles", "TestBroker", "TestTimeline",
                "UCI", "CorpusFiles", "Checksums",
            ]),
        tests(
            "PipelineTests",
            [
                "Pipeline", "SimulatedLog", "Log", "Wire", "Events", "Scoring", "ScorecardFiles", "Snapshots",
                "Telemetry", "TestTimeline", "TestBroker", "CorpusFiles", "Checksums",
            ]),
    ],
    swiftLanguageModes: [.v6],
    cxxLanguageStandard: .cxx17
)

func role(_ name: String) -> Target {
    .executableTarget(
        name: name, dependencies: ["Pipeline"], path: "Sources/Executables/\(name)", swiftSettings: strict)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .testTarget(name: name, dependencies: dependencies, path: "Tests/\(name)", swiftSettings: strict)
}

/// A library that only tests use.
func support(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .target(name: name, dependencies: dependencies, path: "Tests/\(name)", swiftSettings: strict)
}

func library(_ name: String, _ pkgConfig: String, apt: String) -> Target {
    .systemLibrary(name: name, path: "Sources/C/\(name)", pkgConfig: pkgConfig, providers: [.apt([apt])])
}
