import Glibc

/// Where a process serves HTTP: an IPv4 address and a port.
public struct HTTPAddress: Equatable, Sendable, CustomStringConvertible {
    /// Of this machine's own interfaces; the loopback one unless another is asked for.
    public let host: String
    /// 0 lets the system choose a free one.
    public let port: UInt16

    /// `PORT` on the loopback interface, or `ADDRESS:PORT`; nil where it is neither.
    public init?(_ text: String) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), let last = parts.last, last.allSatisfy(\.isASCIIDigit),
            let port = UInt16(last)
        else { return nil }
        self.init(host: parts.count == 2 ? String(parts[0]) : Self.loopback, port: port)
    }

    init?(host: String, port: UInt16) {
        var binary = in_addr()
        guard unsafe inet_pton(AF_INET, host, &binary) == 1 else { return nil }
        self.host = host
        self.port = port
    }

    public var description: String { "\(host):\(port)" }

    public static let loopback = "127.0.0.1"
}

extension Character {
    fileprivate var isASCIIDigit: Bool { ("0"..."9").contains(self) }
}
