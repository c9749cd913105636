import Telemetry

extension ExitCode {
    /// What to do where a role, or `plainscore`, has ended with this code: a row of the table in deploy/OPERATING.md.
    public var advice: Advice {
        switch self {
        case .success:
            Advice("done, or stopped by SIGTERM", lost: "nothing", mends: ["nothing is to be done"], givesUp: "nothing")
        case .failure:
            Advice(
                "a failure that may pass, or another process with this `--instance`; of a command: something is not as it should "
                    + "be, and it has printed what",
                lost: "nothing: what was not committed is made again, with the same bytes",
                mends: ["start it again; where it ends so again and again, its last line names the cause"],
                givesUp: "nothing")
        case .usage:
            Advice(
                "the command line is wrong", lost: "nothing", mends: ["read its `--help`, and start it again"],
                givesUp: "nothing")
        case .configuration:
            Advice(
                "a topic, an offset, a setting, an address, a password, a certificate authority or a right is wrong",
                lost: "what `topics check` tells; nothing where the connection was refused",
                mends: [
                    "set the property that the last line names, where the connection was refused",
                    "plainscore topics check", "do what stands behind `mend`, and start it again",
                ],
                givesUp: "what stands behind `gives up`")
        case .wrongSecret:
            Advice(
                "the secret is not the one that the timeline was made with", lost: "nothing",
                mends: ["bring the right file", "plainscore secret bind FILE", "start it again"], givesUp: "nothing")
        case .wrongModel:
            Advice(
                "the model does not load, or is not the one with which the timeline began", lost: "nothing",
                mends: ["start it again with the files that its last line names"],
                givesUp: "nothing: `plainscore model switch` brings another model")
        case .brokenInvariant:
            Advice(
                "something that cannot be was found: a hole, another topic under the name, a chain that does not continue",
                lost: "what `topics check` tells; nothing wrong has been sent",
                mends: [
                    "plainscore topics check", "plainscore verify", "plainscore replay --verify --model FILE",
                    "do what stands behind `mend`, and start it again; where none of them finds anything, report the last line",
                ], givesUp: "what stands behind `gives up`")
        case .stateFolder:
            Advice(
                "the state folder cannot be used, is open to all, or another process uses it", lost: "nothing",
                mends: ["stop the other process, or make the folder writable for the role alone", "start it again"],
                givesUp: "nothing; with an empty folder the timeline is folded from its beginning, once")
        }
    }
}
