import Pipeline
import Telemetry

/// A pipeline on a timeline of now, with its producers and a subscriber.
struct LivePipeline {
    let roles: RunningRoles
    let source: Source
    let watch: ChangeWatch

    init(_ setting: Setting, _ job: StrippedJob, prefix: String) throws {
        roles = try RunningRoles(setting, prefix: prefix)
        try setting.create(roles.topics, ["--day-offset", "none"])
        source = try Source(setting, roles.topics, job)
        watch = ChangeWatch(setting, roles.topics)
    }

    /// Starts the roles and gives everyone a grant and the payments of the file.
    func load() throws {
        try roles.startAll()
        try source.grantAll(at: wallMilliseconds(), round: 0)
        try source.sendHistories()
        try roles.waitUntilDone()
    }

    func stop() {
        watch.stop()
        roles.stopAll()
    }
}
