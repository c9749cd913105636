import Glibc
import Synchronization

/// A question that another thread puts to the loop of a role. The loop looks once a turn, which costs it one load where
/// nothing was asked, and never waits for who asks. One may ask at a time.
public final class LoopQuestion<Question: Sendable, Answer: Sendable>: Sendable {
    private struct Exchange {
        var question: Question?
        var answer: Answer?
    }

    private let isAsked = Atomic(false)
    private let exchange = Mutex(Exchange())

    public init() {}

    /// The loop's answer; nil where it has not come to it within `milliseconds`: the question is then withdrawn.
    public func ask(_ question: Question, milliseconds: Int64) -> Answer? {
        exchange.withLock { $0 = Exchange(question: question) }
        isAsked.store(true, ordering: .releasing)
        let end = monotonicMilliseconds() + milliseconds
        while true {
            if let answer = exchange.withLock({ $0.answer }) { return answer }
            if monotonicMilliseconds() >= end { break }
            usleep(1_000)
        }
        return exchange.withLock { exchange in
            defer { exchange = Exchange() }
            return exchange.answer
        }
    }

    /// On the loop's thread: answers what was asked, if anything was.
    public func answer(_ make: (Question) -> Answer) {
        guard isAsked.load(ordering: .acquiring) else { return }
        isAsked.store(false, ordering: .relaxed)
        guard let question = exchange.withLock({ $0.question }) else { return }
        let answer = make(question)
        exchange.withLock { exchange in
            if exchange.question != nil { exchange.answer = answer }
        }
    }
}
