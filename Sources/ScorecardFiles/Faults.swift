/// What is wrong with a file, gathered while reading goes on: an author hears of all of it in one run.
final class Faults {
    private(set) var errors: [ScorecardFileError] = []

    func note(_ error: ScorecardFileError) { errors.append(error) }

    /// What `read` gives; nil where it fails, and its error is noted.
    func attempt<Value>(_ read: () throws(ScorecardFileError) -> Value) -> Value? {
        do {
            return try read()
        } catch {
            note(error)
            return nil
        }
    }
}
