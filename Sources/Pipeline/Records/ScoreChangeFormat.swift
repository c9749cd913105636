import Scoring

/// How score changes are written; their first byte tells which it is, `{` being JSON's.
public enum ScoreChangeFormat: String, CaseIterable, Sendable {
    case json, protobuf
}

extension ScoreChange {
    /// Appends the value for one recipient. The same result, recipient and format give the same bytes, always.
    func encode(_ format: ScoreChangeFormat, for recipient: ScoreResult.Recipient, into bytes: inout [UInt8]) {
        switch format {
        case .json: encode(for: recipient, into: &bytes)
        case .protobuf: encodeProtobuf(for: recipient, into: &bytes)
        }
    }
}
