import Events

/// How far each raw partition has been folded: what makes a repeat harmless (invariant 5).
struct SourcePositions: Equatable {
    struct Position: Equatable {
        var offset: Int64 = -1
        /// The greatest append stamp seen.
        var appendedAt: Int64 = .min
    }

    /// By raw topic, then partition; the last is control.
    private(set) var positions: [[Position]] = []

    init() {}

    init(partitions: [Int32]) {
        positions = partitions.map { Array(repeating: Position(), count: Int($0)) } + [[Position()]]
    }

    init(positions: [[Position]]) { self.positions = positions }

    /// Takes the record in; false when it is a repeat, which must be dropped.
    mutating func advance(to source: Coordinates, appendedAt: Int64) throws(FoldError) -> Bool {
        let topic = Int(source.topic.rawValue)
        guard positions.indices.contains(topic), positions[topic].indices.contains(Int(source.partition)) else {
            throw .unknownSource(source)
        }
        let position = positions[topic][Int(source.partition)]
        guard source.offset > position.offset else {
            guard appendedAt <= position.appendedAt else { throw .rawTopicRemade(source) }
            return false
        }
        positions[topic][Int(source.partition)] = Position(
            offset: source.offset, appendedAt: max(position.appendedAt, appendedAt))
        return true
    }
}
