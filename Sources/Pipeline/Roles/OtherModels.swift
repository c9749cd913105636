import Checksums
import Scoring

/// A partition was scored with other models than those given, or with the same ones in another order: with which, as far as
/// that can be said.
struct OtherModels {
    /// Topic and partition.
    let place: String
    /// The committed offset, and what was committed there: see `Models.identity`.
    let offset: Int64
    let committed: Digest128
    let given: Models
    /// Under which the newest snapshot was taken.
    let snapshot: [Digest128]?

    /// - Parameter mend: what to do.
    func error(_ mend: String) -> RoleError {
        .wrongModel("\(place) was scored up to \(offset) with \(former), and given is \(words(given.hashes)): \(mend)")
    }

    private var former: String {
        known.map(words) ?? "model \(committed.hex), or several that are named so together"
    }

    /// The committed models where the snapshot knows them, or where they are some of those given.
    private var known: [Digest128]? {
        (([snapshot].compactMap(\.self)) + orders(of: given.hashes)).first { Models.identity(of: $0) == committed }
    }

    /// Every choice of some of them in every order: 64 of four.
    private func orders(of hashes: [Digest128]) -> [[Digest128]] {
        hashes.flatMap { first in [[first]] + orders(of: hashes.filter { $0 != first }).map { [first] + $0 } }
    }

    private func words(_ hashes: [Digest128]) -> String {
        let words = hashes.map { hash in
            hash.hex + (given.all.first { $0.hash == hash }.map { " (\($0.name))" } ?? "")
        }
        let challengers = words.dropFirst().joined(separator: ", ")
        return "model \(words[0])" + (challengers.isEmpty ? " alone" : " and challengers \(challengers)")
    }
}
