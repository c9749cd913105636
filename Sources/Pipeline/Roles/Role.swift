import Telemetry

/// A role as its process drives it: one step at a time, on one thread. The same code runs on Kafka and on the simulated
/// log; it has no clock of its own but the one it is given.
public protocol Role: AnyObject {
    /// Waits at most `milliseconds` for work, and does it. Throws what must end the process.
    func step(waiting milliseconds: Int) throws
    /// Finishes what is in flight, commits it and leaves.
    func stop() throws
    /// Whether it has been assigned partitions and works on what comes now.
    var isReady: Bool { get }
    /// How it is now, for those who watch over it. Asks nobody; between two steps.
    func measures() -> RoleMeasures
}

/// What a role takes from outside the log.
public struct RoleContext {
    /// Monotonic ms: only ever decides when to commit, tick and snapshot, never what.
    public let clock: () -> Int64
    /// Drawn once per assignment for the keys of the timeline; no output depends on it.
    public let random: () -> UInt64
    /// ms since the epoch: for what is told to those who watch, and nothing else.
    public let wallClock: () -> Int64
    /// Waits so many ms.
    public let pause: (Int64) -> Void

    public init(
        clock: @escaping () -> Int64, random: @escaping () -> UInt64,
        wallClock: @escaping () -> Int64 = wallMilliseconds,
        pause: @escaping (Int64) -> Void = pause(milliseconds:)
    ) {
        self.clock = clock
        self.random = random
        self.wallClock = wallClock
        self.pause = pause
    }
}

/// How long a role waits for its outputs when it stops or its partitions are taken, ms.
let finishMilliseconds = 10_000
/// How long after the signal an aggregator may still be writing its last snapshots: just below what systemd and Kubernetes
/// give it.
let lastSnapshotsSeconds = 55
/// Batches whose outputs may be on their way at once: bounds memory and what a crash repeats.
let undeliveredMax = 8
/// Time between two commits of a consumer or an aggregator, ms: each is written down by a broker, and none makes anything
/// visible sooner.
let commitEveryMilliseconds: Int64 = 100
/// Time between the beginnings of two batches of a consumer or an aggregator, ms.
let batchEveryMilliseconds: Int64 = 5
/// Time between the beginnings of two transactions of a publisher, ms: one costs the brokers a dozen requests, so it is to
/// carry what comes within a while.
let transactionEveryMilliseconds: Int64 = 20
