extension RoleMeasures {
    /// All metrics of a role but those of its process, in one place to read. Names and labels are an interface:
    /// `deploy/alerts.yaml` is built on them.
    public func write(to text: inout MetricsText) {
        text.single("plainscore_ready", .gauge, "1 where it has partitions and has caught up.", isReady ? 1 : 0)
        text.single("plainscore_partitions_assigned", .gauge, "Partitions that it has.", partitions.count)
        if let isLive {
            text.family("plainscore_timeline_info", .gauge, "What the timeline is: live, or for history.")
            text.series([("mode", isLive ? "live" : "history")], 1)
        }
        writeLag(to: &text)
        writeRecords(to: &text)
        writeCommits(to: &text)
        writeStates(to: &text)
        writeSnapshots(to: &text)
    }

    private func writeLag(to text: inout MetricsText) {
        each("plainscore_lag_records", .gauge, "Records of its input that it has not read.", &text) {
            $0.series($1, optional: $2.lagRecords)
        }
        text.family(
            "plainscore_lag_seconds", .gauge, "Since the stamp of the last record read; 0 while there is no other.")
        for partition in partitions {
            guard let lag = partition.lagMilliseconds else { continue }
            text.series(labels(partition), thousandths: lag)
        }
    }

    private func writeRecords(to text: inout MetricsText) {
        text.family("plainscore_records_read_total", .counter, "Records read.")
        text.series([("topic", topic)], counters.recordsRead)
        text.family("plainscore_records_written_total", .counter, "Records written.")
        for written in counters.recordsWritten { text.series([("topic", written.name)], written.count) }
        text.family("plainscore_refused_total", .counter, "Records refused, which end in dead-letters.")
        for refusal in counters.refusals { text.series([("reason", refusal.name)], refusal.count) }
        if let foreignKeys = counters.foreignKeys {
            text.single(
                "plainscore_foreign_keys_total", .counter,
                "Events whose record has another key than their person, or none.", foreignKeys)
        }
        text.single(
            "plainscore_repeats_dropped_total", .counter, "Records or results sent again, which were dropped.",
            counters.repeatsDropped)
        text.single(
            "plainscore_foreign_stamps_total", .counter,
            "Raw records whose stamp is their producer's and not the broker's.", counters.foreignStamps)
    }

    private func writeCommits(to text: inout MetricsText) {
        text.single("plainscore_commits_total", .counter, "Commits of offsets, or transactions.", counters.commits)
        text.histogram(
            "plainscore_commit_duration_seconds", "How long a commit took.", [], counters.commitDuration)
        text.histogram(
            "plainscore_latency_seconds", "From the append of an input (`since`) to the commit of what came of it.",
            [("since", latencyStart.rawValue)], counters.latency)
        text.single(
            "plainscore_fences_total", .counter, "Commits refused, since the group has moved on.", counters.fences)
        text.single("plainscore_aborts_total", .counter, "Transactions aborted and made again.", counters.aborts)
        text.single("plainscore_assignments_total", .counter, "Times it was given partitions.", counters.assignments)
    }

    private func writeStates(to text: inout MetricsText) {
        guard partitions.contains(where: { $0.state != nil }) else { return }
        each("plainscore_recovering", .gauge, "1 while it folds what was committed before.", &text) {
            $0.series($1, optional: $2.state.map { $0.isRecovering ? 1 : 0 })
        }
        text.family("plainscore_clock_seconds", .gauge, "The clock of the timeline, seconds since the epoch.")
        for partition in partitions {
            guard let clock = partition.state?.clock else { continue }
            text.series(labels(partition), thousandths: clock)
        }
        text.family(
            "plainscore_clock_doubt_seconds", .gauge, "How far ticks are ahead that are not followed; 0 as a rule.")
        for partition in partitions {
            guard let state = partition.state else { continue }
            text.series(labels(partition), thousandths: state.clockDoubtMilliseconds)
        }
        each("plainscore_persons", .gauge, "Persons with a live grant.", &text) {
            $0.series($1, optional: $2.state?.persons)
        }
        text.family("plainscore_outcome_records", .gauge, "Records of the timeline by what became of them.")
        for partition in partitions {
            for outcome in partition.state?.outcomes ?? [] {
                text.series(labels(partition) + [("class", outcome.name)], outcome.count)
            }
        }
        each(
            "plainscore_unaccounted_records", .gauge,
            "Records folded that are in no class: 0, or the program is at fault.",
            &text
        ) {
            $0.series($1, optional: $2.state?.unaccounted)
        }
        each("plainscore_timeline_repeats", .gauge, "Repeats in the timeline, which the fold has dropped.", &text) {
            $0.series($1, optional: $2.state?.repeatsDropped)
        }
    }

    private func writeSnapshots(to text: inout MetricsText) {
        guard partitions.contains(where: { $0.state != nil }) else { return }
        text.family("plainscore_snapshot_timestamp_seconds", .gauge, "When the newest snapshot was written.")
        for partition in partitions {
            guard let snapshot = partition.state?.snapshot else { continue }
            text.series(labels(partition), thousandths: snapshot.writtenAt)
        }
        each("plainscore_snapshot_bytes", .gauge, "Size of the newest snapshot's file.", &text) {
            $0.series($1, optional: $2.state?.snapshot?.fileBytes)
        }
        each("plainscore_snapshot_behind_records", .gauge, "Records folded since the newest snapshot.", &text) {
            $0.series($1, optional: $2.state?.recordsSinceSnapshot)
        }
        text.single("plainscore_snapshots_total", .counter, "Snapshots written.", counters.snapshotsWritten)
        text.single(
            "plainscore_snapshot_failures_total", .counter, "Snapshots that could not be written.",
            counters.snapshotFailures)
    }

    private func labels(_ partition: PartitionMeasures) -> [MetricsText.Label] {
        [("topic", topic), ("partition", "\(partition.partition)")]
    }

    /// A family with one series a partition.
    private func each(
        _ name: String, _ kind: MetricsText.Kind, _ help: String, _ text: inout MetricsText,
        _ write: (inout MetricsText, [MetricsText.Label], PartitionMeasures) -> Void
    ) {
        text.family(name, kind, help)
        for partition in partitions { write(&text, labels(partition), partition) }
    }
}

extension MetricsText {
    fileprivate mutating func series(_ labels: [Label], optional value: (some BinaryInteger)?) {
        if let value { series(labels, value) }
    }
}
