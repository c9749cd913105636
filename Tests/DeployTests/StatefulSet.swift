/// Of a Kubernetes StatefulSet what is looked at here.
struct StatefulSet: Decodable {
    struct Metadata: Decodable {
        let name: String
    }
    struct Spec: Decodable {
        struct Template: Decodable {
            struct Metadata: Decodable { let labels: [String: String] }
            let metadata: Metadata
            let spec: Pod
        }
        struct Claim: Decodable { let metadata: Metadata }
        let template: Template
        let volumeClaimTemplates: [Claim]?
    }
    struct Pod: Decodable {
        struct Context: Decodable {
            struct Profile: Decodable { let type: String }
            let runAsNonRoot: Bool
            let runAsUser: Int
            let seccompProfile: Profile
        }
        let securityContext: Context
        let automountServiceAccountToken: Bool
        let containers: [Container]
        let initContainers: [Container]?
    }
    struct Container: Decodable {
        struct Context: Decodable {
            struct Capabilities: Decodable { let drop: [String] }
            let allowPrivilegeEscalation: Bool
            let readOnlyRootFilesystem: Bool
            let capabilities: Capabilities
        }
        struct Resources: Decodable { let requests, limits: [String: String] }
        struct Probe: Decodable {
            struct Get: Decodable { let path: String }
            let httpGet: Get
        }
        struct Variable: Decodable {
            struct Source: Decodable {
                struct Field: Decodable { let fieldPath: String }
                let fieldRef: Field
            }
            let name: String
            let valueFrom: Source?
        }
        struct Settings: Decodable {
            struct Reference: Decodable { let name: String }
            let configMapRef: Reference
        }
        struct Mount: Decodable { let mountPath: String }
        struct Port: Decodable { let name: String }
        let image: String
        let command: [String]
        let args: [String]?
        let env: [Variable]?
        let envFrom: [Settings]?
        let ports: [Port]?
        let livenessProbe, readinessProbe: Probe?
        let resources: Resources
        let securityContext: Context
        let volumeMounts: [Mount]
    }
    let metadata: Metadata
    let spec: Spec

    var pod: Pod { spec.template.spec }
}
