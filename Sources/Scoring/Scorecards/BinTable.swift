/// Finds a bin by the values of a characteristic's features. Each feature's axis is cut where a bin begins or ends, one
/// more place at its end is for missing, and the bins of all combinations stand in one row:
///
/// ```
/// one feature, bins  ..29 · 30..59 · 60.. · missing      starts [30, 60]      cells [0, 1, 2, 3]
/// ```
///
/// A lookup is a binary search per feature and one load; it allocates nothing.
struct BinTable: Sendable {
    /// Per feature the first value of each place but the first, ascending.
    private let starts: [[Int64]]
    /// The bin of each combination of places, the last feature's places side by side; -1 where no bin holds it.
    private var cells: [Int16]

    /// Combinations at most: 128 KiB.
    static let cellsMax = 1 << 16

    init(_ bins: [Bin], features: Int) {
        precondition(bins.count <= Int(Int16.max))
        starts = (0..<features).map { axis in
            var starts: Set<Int64> = []
            for bin in bins {
                guard case .range(let range) = bin[axis] else { continue }
                if range.lowerBound > .min { starts.insert(range.lowerBound) }
                if range.upperBound < .max { starts.insert(range.upperBound + 1) }
            }
            return starts.sorted()
        }
        let count = starts.reduce(1) { $0 * ($1.count + 2) }
        precondition(count <= Self.cellsMax)
        cells = Array(repeating: -1, count: count)
        for index in bins.indices { fill(bins[index], Int16(index), from: 0, at: 0) }
    }

    /// Goes on from `cell`, made of the features before `axis` (0 at the first), by the value of the feature at `axis`.
    @inline(__always)
    func cell(after cell: Int, _ axis: Int, _ value: Int64?) -> Int {
        let count = starts[axis].count
        guard let value else { return cell * (count + 2) + count + 1 }
        return cell * (count + 2) + place(of: value, axis)
    }

    @inline(__always)
    func bin(at cell: Int) -> Int? {
        cells[cell] < 0 ? nil : Int(cells[cell])
    }

    /// How many starts are at or below `value`.
    @inline(__always)
    private func place(of value: Int64, _ axis: Int) -> Int {
        var low = 0
        var high = starts[axis].count
        while low < high {
            let middle = (low + high) / 2
            if starts[axis][middle] <= value { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// Enters a bin at all places that it holds; the first bin keeps a place.
    private mutating func fill(_ bin: Bin, _ index: Int16, from axis: Int, at cell: Int) {
        guard axis < starts.count else {
            if cells[cell] < 0 { cells[cell] = index }
            return
        }
        let count = starts[axis].count
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
