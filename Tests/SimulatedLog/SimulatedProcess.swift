import Log

/// A process as the cluster sees it: what it opened, and whether it still lives.
final class SimulatedProcess {
    enum State { case running, paused, crashed }

    let name: String
    let cluster: SimulatedCluster
    var state = State.running
    var deliveriesFail = false
    fileprivate var callsLeft: Int?
    var readers: [SimulatedReader] = []
    var writers: [SimulatedWriter] = []
    var transactionalWriters: [SimulatedTransactionalWriter] = []

    init(name: String, cluster: SimulatedCluster) {
        self.name = name
        self.cluster = cluster
    }

    /// Every call that a process makes passes here, and none of a crashed process has any effect.
    func call() throws(LogError) {
        if callsLeft == 0 { cluster.crash(name, sessionEnds: false) }
        guard state != .crashed else { throw LogError(.unavailable, "process \(name) has crashed") }
        callsLeft = callsLeft.map { $0 - 1 }
    }
}

extension SimulatedCluster {
    /// Ends a process at this instant. Of the appends that were not delivered yet, a drawn number of each partition's
    /// first ones arrives, the rest never. Where its session ends with it, the group gives its partitions to the others
    /// and its open transaction is aborted; else both stay until `endSessions`, or until a process comes back under
    /// the same instance and transactional id. Does nothing to a process that has crashed.
    public func crash(_ process: String, sessionEnds: Bool = true) {
        let process = existing(process)
        guard process.state != .crashed else { return }
        for writer in process.writers { writer.crash() }
        process.state = .crashed
        for reader in process.readers { reader.group.abandon(reader) }
        if sessionEnds { endSession(of: process) }
    }

    /// The process crashes in its `calls + 1`-th call to the log from now, which has no effect and throws. Its session
    /// goes on (`endSessions`).
    public func crash(_ process: String, afterCalls calls: Int) {
        existing(process).callsLeft = calls
    }

    public func isCrashed(_ process: String) -> Bool { existing(process).state == .crashed }

    /// The sessions of all crashed processes and closed readers end, and their open transactions.
    public func endSessions() {
        for process in processes where process.state == .crashed { endSession(of: process) }
        for group in groups { group.removeAbandoned() }
    }

    /// The process falls silent for so long that its sessions and transactions end, and does not know: it goes on
    /// reading what it was assigned, and what it appends outside transactions is kept. Its commits throw `.fenced`.
    public func pause(_ process: String) {
        let process = existing(process)
        precondition(process.state == .running, "\(process.name) is not running")
        process.state = .paused
        endSession(of: process)
    }

    /// It hears again: its next poll says `.lost` and it joins anew, or throws `.fenced` where another process has its
    /// instance by now.
    public func resume(_ process: String) {
        let process = existing(process)
        precondition(process.state == .paused, "\(process.name) is not paused")
        process.state = .running
    }

    /// From now on deliveries fail: some appends arrive, then `settled` and `flush` throw `.undelivered`.
    public func failDeliveries(of process: String) {
        existing(process).deliveriesFail = true
    }

    private func endSession(of process: SimulatedProcess) {
        for writer in process.transactionalWriters { writer.timeOut() }
        for reader in process.readers { reader.group.remove(reader) }
    }

    private func existing(_ name: String) -> SimulatedProcess {
        guard let process = processes.last(where: { $0.name == name }) else {
            preconditionFailure("no process \(name)")
        }
        return process
    }
}
