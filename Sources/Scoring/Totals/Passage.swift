import Events

/// Events on their way into the totals of windows, and out of them.
extension Plan {
    /// The event at `index` enters windows (bit by place), among the other events of the history. Complexity: the lanes of
    /// the gates that it passes; a lane of days or months looks for a neighbour.
    @inline(__always)
    func enter(_ index: Int, into windows: UInt8, _ words: inout MutableSpan<Int64>, _ history: borrowing History) {
        let event = history.withoutObligation(index)
        for gateIndex in gates(of: event.type) {
            let gate = gates[gateIndex]
            guard passes(event, gate) else { continue }
            for laneIndex in gate.firstLane..<gate.endLane {
                let lane = lanes[Int(laneIndex)]
                guard windows & 1 << lane.window != 0 else { continue }
                if lane.kind.isOfDates {
                    let earlier = Int(words[1 + Int(lane.window)])..<index
                    let later = index + 1..<history.count
                    if !hasNeighbour(event, lane, gate, earlier, later, &words, history) { words[Int(lane.word)] += 1 }
                } else {
                    lane.enter(event, &words)
                }
            }
        }
    }

    /// The event at `index` leaves one window, whose earlier events have left. Only what passes is unpacked. Complexity: as
    /// `enter`.
    @inline(__always)
    func leave(_ index: Int, from window: Int, _ words: inout MutableSpan<Int64>, _ history: borrowing History) {
        for place in exits(from: window, of: history.type(index)) {
            let exit = exits[place]
            let gate = gates[Int(exit.gate)]
            guard passes(index, gate, history) else { continue }
            let event = history.withoutObligation(index)
            for laneIndex in exit.firstLane..<exit.endLane {
                let lane = lanes[Int(laneIndex)]
                if lane.kind.isOfDates {
                    let later = index + 1..<history.count
                    if !hasNeighbour(event, lane, gate, index..<index, later, &words, history) {
                        words[Int(lane.word)] -= 1
                    }
                } else {
                    lane.leave(event, &words)
                }
            }
        }
    }

    /// Whether another event that passes has the same date: one of `before` or of `after`, which begin next to this one.
    /// Complexity: the events of the day or the month up to the first that passes; `eventsPerPersonAndDay` or
    /// `eventsPerPersonAndMonth` at most. Events that come in their order look at few: the last that passed is close.
    func hasNeighbour(
        _ event: KeptEvent, _ lane: Lane, _ gate: Gate, _ before: Range<Int>, _ after: Range<Int>,
        _ words: inout MutableSpan<Int64>, _ history: borrowing History
    ) -> Bool {
        let dates = lane.kind == .days ? event.day...event.day : CalendarDate.month(ofDay: event.day)
        var gate = gate
        if lane.isOfAllTypes { gate.classes = .all }
        var looks: Int64 = 0
        defer { words[stepsWord] &+= looks }
        for index in before.reversed() {
            guard history.day(index) >= dates.lowerBound else { break }
            looks += 1
            if passes(history.withoutObligation(index), gate) { return true }
        }
        for index in after {
            guard history.day(index) <= dates.upperBound else { break }
            looks += 1
            if passes(history.withoutObligation(index), gate) { return true }
        }
        return false
    }
}

extension Plan.Lane {
    @inline(__always)
    func clear(_ words: inout MutableSpan<Int64>) {
        switch kind {
        case .count, .countOfValues, .sum, .days, .months: break
        case .lastDay, .min, .max: words[Int(word)] = Totals.missing
        }
    }

    /// Takes in an event that passes, where that is no matter of dates.
    @inline(__always)
    func enter(_ event: KeptEvent, _ words: inout MutableSpan<Int64>) {
        let word = Int(word)
        switch kind {
        case .count: words[word] += 1
        case .countOfValues: if field.value(in: event) != nil { words[word] += 1 }
        case .sum: words[word] += field.value(in: event) ?? 0
        case .lastDay: words[word] = Swift.max(words[word], Int64(event.day))
        case .min, .max:
            let held = words[word]
            guard held != Totals.unknown, let value = field.value(in: event) else { return }
            if held == Totals.missing || (kind == .max ? value > held : value < held) {
                words[word] = value
                words[word + 1] = 1
            } else if value == held {
                words[word + 1] += 1
            }
        case .days, .months: break
        }
    }

    @inline(__always)
    fileprivate func leave(_ event: KeptEvent, _ words: inout MutableSpan<Int64>) {
        let word = Int(word)
        switch kind {
        case .count: words[word] -= 1
        case .countOfValues: if field.value(in: event) != nil { words[word] -= 1 }
        case .sum: words[word] -= field.value(in: event) ?? 0
        // Days leave in order: where the last one does, none is left.
        case .lastDay: if words[word] == Int64(event.day) { words[word] = Totals.missing }
        case .min, .max:
            guard let value = field.value(in: event), value == words[word] else { return }
            words[word + 1] -= 1
            // The others are looked through when somebody asks.
            if words[word + 1] == 0 { words[word] = Totals.unknown }
        case .days, .months: break
        }
    }
}

extension Plan.Lane.Kind {
    @inline(__always)
    var isOfDates: Bool { self == .days || self == .months }
}
