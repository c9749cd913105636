import Events

/// Makes models of the bytes of their files where the fold meets them in the log; the same bytes give the same models.
public typealias ModelLoader = @Sendable (ModelActivation) throws -> Models

/// The models in force, and before them those that some person was scored with last: a switch reaches one person after
/// the other (`FoldModels`).
struct Generations {
    /// Of those in force: 0 at the timeline's beginning, one more with each switch, modulo 256.
    private(set) var number: UInt8
    /// Oldest first; the last are in force.
    private(set) var all: [Generation]
    /// The same, for those who want no more of one.
    private let compiled: [CompiledModels]

    /// Switches under way at once, at most; the next one after them waits for nobody (see `FoldState.switchModels`).
    static let earlierMax = 8

    init(_ beginning: Generation) {
        self.init(number: 0, all: [beginning])
    }

    /// As a snapshot has them.
    init(number: UInt8, all: [Generation]) {
        precondition(!all.isEmpty)
        self.number = number
        self.all = all
        compiled = all.map(\.compiled)
    }

    var inForce: Generation { all[all.count - 1] }
    var isFull: Bool { all.count > Self.earlierMax }

    func holds(_ number: UInt8) -> Bool { Int(self.number &- number) < all.count }

    subscript(number: UInt8) -> Generation { all[place(number)] }

    @inline(__always)
    func compiled(_ number: UInt8) -> CompiledModels { compiled[place(number)] }

    private func place(_ number: UInt8) -> Int { all.count - 1 - Int(self.number &- number) }

    func appending(_ next: Generation) -> Generations { Generations(number: number &+ 1, all: all + [next]) }

    mutating func forgetEarlier() { self = Generations(number: number, all: [inForce]) }
}

/// Models that took effect together.
struct Generation {
    let models: Models
    let compiled: CompiledModels
    /// nil for those of the timeline's beginning, which are not in the log.
    let change: ModelChange?
}

/// The record that brought models.
struct ModelChange {
    let activation: ModelActivation
    let source: Coordinates
    let appendedAt: Int64
    /// The clock when it was folded, ms; nil before the first tick. A person's days up to it are the former models'.
    let clock: Int64?
}
