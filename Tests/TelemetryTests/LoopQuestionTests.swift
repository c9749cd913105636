import Foundation
import Telemetry
import Testing

struct LoopQuestionTests {
    @Test func `the loop answers at its next turn, each question once`() {
        let question = LoopQuestion<Int, Int>()
        question.answer { _ in
            Issue.record("nothing was asked")
            return 0
        }
        let asker = Asker()
        asker.start { (0..<50).map { question.ask($0, milliseconds: 10_000) } }
        var turns = 0
        let end = Date(timeIntervalSinceNow: 30)
        while asker.answers == nil, Date() < end {
            question.answer { number in
                turns += 1
                return number * 2
            }
        }
        #expect(asker.answers == (0..<50).map { $0 * 2 })
        #expect(turns == 50)
    }

    @Test func `a loop that is busy gives no answer, and finds no question later`() {
        let question = LoopQuestion<Int, Int>()
        #expect(question.ask(1, milliseconds: 20) == nil)
        question.answer { _ in
            Issue.record("the question was withdrawn")
            return 0
        }
        let asker = Asker()
        asker.start { [question.ask(2, milliseconds: 10_000)] }
        let end = Date(timeIntervalSinceNow: 30)
        while asker.answers == nil, Date() < end { question.answer { $0 } }
        #expect(asker.answers == [2])
    }

    /// Asks on a thread of its own.
    private final class Asker: @unchecked Sendable {
        private let lock = NSLock()
        private var given: [Int?]?

        var answers: [Int?]? { lock.withLock { given } }

        func start(_ ask: @escaping @Sendable () -> [Int?]) {
            Thread.detachNewThread {
                let answers = ask()
                self.lock.withLock { self.given = answers }
            }
        }
    }
}
