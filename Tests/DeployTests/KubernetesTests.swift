import Foundation
import Telemetry
import TestBroker
import Testing

/// The manifests of `deploy/kubernetes`.
@Suite(.enabled(if: PythonTools.shared != nil, "\(PythonTools.missing), kubernetes-validate"))
struct KubernetesTests {
    @Test func `each manifest is by the API's schemas, and a field of another name is refused`() throws {
        let files = try manifests()
        #expect(files.count == 5)
        let objects = try check(files.map { path("kubernetes/\($0)") })
        #expect(objects.count == 10)
        let (named, roles) = (Set(try statefulSets(objects).map(\.metadata.name)), try roles())
        #expect(named == roles)

        let copies = try TemporaryFolder()
        for (file, old, new) in [
            ("aggregator.yaml", "readOnlyRootFilesystem", "readOnlyRootFileSystem"),
            ("consumers.yaml", "periodSeconds: 5", "periodSeconds: often"),
            ("service.yaml", "clusterIP:", "clusterIp:"),
            ("network-policy.yaml", "policyTypes:", "policyType:"),
        ] {
            try spoilt(text("kubernetes/\(file)"), old, new)
                .write(toFile: copies.path(file), atomically: false, encoding: .utf8)
            #expect(throws: Shell.Failure.self, "\(new)") { try check([copies.path(file)]) }
        }
    }

    @Test(.enabled(if: Shell.has("kubectl"), "no kubectl (Debian: kubernetes-client): the kustomization was not built"))
    func `kubectl builds the kustomization, with its image and its settings in each pod`() throws {
        let built = try TemporaryFolder()
        try Shell.expect("kubectl", "kustomize", path("kubernetes"))
            .write(toFile: built.path("built.yaml"), atomically: false, encoding: .utf8)
        let objects = try check([built.path("built.yaml")])
        #expect(objects.count == 11)  // the settings are one more
        let settings = try #require(objects.first { $0.contains(#""kind": "ConfigMap""#) })
        let name = try #require(settings.firstMatch(of: /"name": "(plainscore-\w+)"/)).output.1
        for role in try statefulSets(objects) {
            for container in role.pod.containers + (role.pod.initContainers ?? []) {
                #expect(container.image == "registry.example.net/plainscore:1")
            }
            #expect(role.pod.containers[0].envFrom?.map(\.configMapRef.name) == [String(name)])
        }
    }

    @Test func `each pod starts its role with options that it takes, as an instance of its own name`() throws {
        let settings = Set(
            try text("kubernetes/kustomization.yaml").matches(of: /- (PLAINSCORE_\w+)=/).map { String($0.output.1) })
        for role in try statefulSets(check(manifests().map { path("kubernetes/\($0)") })) {
            let name = role.metadata.name
            let container = try #require(role.pod.containers.first)
            let command = container.command.map {
                $0 == "$(ROLE)" ? role.spec.template.metadata.labels[label] ?? "" : $0
            }
            #expect(command == [name])
            let line = ProgramLine(program: name, words: container.args ?? [])
            try line.check(name)
            line.checkComplete(name)
            #expect(line.words.contains("--instance=$(INSTANCE)"))
            let env = container.env ?? []
            #expect(env.first { $0.name == "INSTANCE" }?.valueFrom?.fieldRef.fieldPath == "metadata.name")
            let known = settings.union(env.map(\.name))
            for word in line.words {
                for variable in word.matches(of: /\$\((\w+)\)/) {
                    #expect(known.contains(String(variable.output.1)), "\(name): \(word)")
                }
            }
        }
    }

    @Test func `the network policy holds each pod, and lets in what asks it how it is`() throws {
        let objects = try check(manifests().map { path("kubernetes/\($0)") })
        let policies = try objects.filter { $0.contains(#""kind": "NetworkPolicy""#) }
            .map { try JSONDecoder().decode(NetworkPolicy.self, from: Data($0.utf8)) }
        let policy = try #require(policies.first)
        #expect(policies.count == 1 && policy.spec.policyTypes == ["Ingress"])
        let chosen = policy.spec.podSelector.matchLabels
        #expect(!chosen.isEmpty)
        for role in try statefulSets(objects) {
            let labels = role.spec.template.metadata.labels
            #expect(chosen.allSatisfy { labels[$0.key] == $0.value }, "\(role.metadata.name)")
            let ports = role.pod.containers[0].ports?.map(\.name)
            #expect(ports == ["http"], "\(role.metadata.name)")
        }
        // Each rule names whom it lets in, and to the one port that there is.
        for rule in policy.spec.ingress {
            #expect(rule.from.isEmpty == false)
            #expect(rule.ports.map(\.port) == ["http"])
        }
    }

    @Test func `each pod is confined, bounded and asked how it is`() throws {
        for role in try statefulSets(check(manifests().map { path("kubernetes/\($0)") })) {
            let name = role.metadata.name
            #expect(role.pod.securityContext.runAsNonRoot && role.pod.securityContext.runAsUser == 10001, "\(name)")
            #expect(role.pod.securityContext.seccompProfile.type == "RuntimeDefault", "\(name)")
            #expect(!role.pod.automountServiceAccountToken, "\(name)")
            for container in role.pod.containers + (role.pod.initContainers ?? []) {
                let context = container.securityContext
                #expect(context.readOnlyRootFilesystem && !context.allowPrivilegeEscalation, "\(name)")
                #expect(context.capabilities.drop == ["ALL"], "\(name)")
                #expect(Set(container.resources.limits.keys) == ["cpu", "memory"], "\(name)")
                #expect(Set(container.resources.requests.keys) == ["cpu", "memory"], "\(name)")
            }
            let container = role.pod.containers[0]
            #expect(container.livenessProbe?.httpGet.path == "/healthz", "\(name)")
            #expect(container.readinessProbe?.httpGet.path == "/readyz", "\(name)")
            // The volume is there for what is told to be kept.
            let state = container.args?.first { $0.hasPrefix("--state=") }?.dropFirst("--state=".count)
            let mounts = container.volumeMounts.map(\.mountPath)
            #expect(state.map { folder in mounts.contains { folder.hasPrefix($0 + "/") } } ?? true, "\(name)")
            #expect((role.spec.volumeClaimTemplates != nil) == (state != nil), "\(name)")
        }
        // Whom the image is made for.
        let image = try text("Dockerfile")
        #expect(image.contains("useradd --uid 10001 "))
    }

    private let label = "app.kubernetes.io/name"

    /// What the kustomization lists.
    private func manifests() throws -> [String] {
        let lines = try text("kubernetes/kustomization.yaml").split(separator: "\n")
        return lines.drop { $0 != "resources:" }.dropFirst().prefix { $0.hasPrefix("  - ") }.map {
            String($0.dropFirst(4))
        }
    }

    /// The objects of these files, JSON each.
    @discardableResult
    private func check(_ paths: [String]) throws -> [String] {
        try SchemaChecks.run("kubernetes.py", paths).split(separator: "\n").map(String.init)
    }

    private func statefulSets(_ objects: [String]) throws -> [StatefulSet] {
        try objects.filter { $0.contains(#""kind": "StatefulSet""#) }
            .map { try JSONDecoder().decode(StatefulSet.self, from: Data($0.utf8)) }
    }
}

private struct NetworkPolicy: Decodable {
    struct Selector: Decodable { let matchLabels: [String: String] }
    struct Peer: Decodable { let namespaceSelector: Selector }
    struct Port: Decodable { let port: String }
    struct Rule: Decodable {
        let from: [Peer]
        let ports: [Port]
    }
    struct Specification: Decodable {
        let podSelector: Selector
        let policyTypes: [String]
        let ingress: [Rule]
    }
    let spec: Specification
}
