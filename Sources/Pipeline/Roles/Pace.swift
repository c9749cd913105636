/// Keeps a role from taking up what has just come before a while has passed: what it sends costs the brokers by the request,
/// not by the record. Under load a round takes longer than that, and nobody waits.
struct Pace {
    private let milliseconds: Int64
    private var beganAt: Int64?

    init(milliseconds: Int64) { self.milliseconds = milliseconds }

    /// A round of work begins.
    mutating func begin(_ context: RoleContext) { beganAt = context.clock() }

    /// Waits until the next may begin.
    func wait(_ context: RoleContext) {
        guard let beganAt else { return }
        let rest = beganAt + milliseconds - context.clock()
        if rest > 0 { context.pause(rest) }
    }
}
