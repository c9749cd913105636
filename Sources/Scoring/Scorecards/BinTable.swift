/// Finds a bin by the values of a characteristic's features. Each feature's axis is cut where a bin begins or ends, one
/// more place at its end is for missing, and the bins of all combinations stand in one row:
///
/// ```
/// one feature, bins  ..29 · 30..59 · 60.. · missing      starts [30, 60]      cells [0, 1, 2, 3]
/// ```
///
/// A lookup is a binary search per feature and one load; it allocates nothing.
struct BinTable: Sendable {
    /// Feature after feature, the first value of each place but the first, ascending.
    let starts: [Int64]
    /// Where each feature's starts end.
    let ends: [Int]
    /// The bin of each combination of places, the last feature's places side by side; -1 where no bin holds it.
    private(set) var cells: [Int16]

    /// Combinations at most: 128 KiB.
    static let cellsMax = 1 << 16

    init(_ bins: [Bin], features: Int) {
        precondition(bins.count <= Int(Int16.max))
        var starts: [Int64] = []
        var ends: [Int] = []
        var count = 1
        for axis in 0..<features {
            var cuts: Set<Int64> = []
            for bin in bins {
                guard case .range(let range) = bin[axis] else { continue }
                if range.lowerBound > .min { cuts.insert(range.lowerBound) }
                if range.upperBound < .max { cuts.insert(range.upperBound + 1) }
            }
            starts += cuts.sorted()
            ends.append(starts.count)
            count *= cuts.count + 2
            precondition(count <= Self.cellsMax)
        }
        self.starts = starts
        self.ends = ends
        cells = Array(repeating: -1, count: count)
        for index in bins.indices { fill(bins[index], Int16(index), from: 0, at: 0) }
    }

    /// Goes on from `cell`, made of the features before `axis` (0 at the first), by the value of the feature at `axis`.
    func cell(after cell: Int, _ axis: Int, _ value: Int64?) -> Int {
        let count = self.count(axis)
        guard let value else { return cell * (count + 2) + count + 1 }
        return cell * (count + 2) + place(of: value, axis)
    }

    func bin(at cell: Int) -> Int? {
        let bin = cells[cell]
        return bin < 0 ? nil : Int(bin)
    }

    private func start(_ axis: Int) -> Int { axis == 0 ? 0 : ends[axis - 1] }
    private func count(_ axis: Int) -> Int { ends[axis] - start(axis) }

    private func place(of value: Int64, _ axis: Int) -> Int {
        Self.place(of: value, among: ends[axis] - start(axis)) { starts[start(axis) + $0] }
    }

    /// How many of `count` starts, ascending, are at or below `value`. A halving without branches: values come in no
    /// order, and a branch that is guessed wrong costs more than the step.
    @inline(__always)
    static func place(of value: Int64, among count: Int, _ start: (Int) -> Int64) -> Int {
        var low = 0
        var count = count
        while count > 0 {
            let half = (count + 1) / 2
            low += start(low + half - 1) <= value ? half : 0
            count -= half
        }
        return low
    }

    /// Enters a bin at all places that it holds; the first bin keeps a place.
    private mutating func fill(_ bin: Bin, _ index: Int16, from axis: Int, at cell: Int) {
        guard axis < ends.count else {
            if cells[cell] < 0 { cells[cell] = index }
            return
        }
        let count = self.count(axis)
        let places: ClosedRange<Int> =
            switch bin[axis] {
            case .missing: count + 1...count + 1
            case .range(let range): place(of: range.lowerBound, axis)...place(of: range.upperBound, axis)
            }
        for place in places { fill(bin, index, from: axis + 1, at: cell * (count + 2) + place) }
    }
}

extension Bin {
    fileprivate subscript(axis: Int) -> Values { axis == 0 ? values : others[axis - 1] }
}
