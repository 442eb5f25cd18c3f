/// A keyed sum over all rows, whatever their order: a row that is hidden, put back or added by anybody without the key
/// makes another sum.
///
/// MSet-Add-Hash: the sum modulo 2^128 of a keyed pseudorandom function of each element. Clarke, Devadas, van Dijk,
/// Gassend and Suh, "Incremental Multiset Hash Functions and Their Application to Memory Integrity Checking", 2003.
struct StoreSum: Equatable {
    private var value: UInt128

    /// Of nothing.
    init() { value = 0 }

    init(_ words: (high: UInt64, low: UInt64)) { value = UInt128(words.high) << 64 | UInt128(words.low) }

    /// `nil` unless there are sixteen bytes.
    init?(_ bytes: [UInt8]) {
        guard bytes.count == 16 else { return nil }
        value = bytes.reduce(0) { $0 << 8 | UInt128($1) }
    }

    /// Sixteen, big-endian.
    var bytes: [UInt8] { value.bigEndianBytes }

    mutating func add(_ term: StoreSum) { value &+= term.value }
    mutating func subtract(_ term: StoreSum) { value &-= term.value }
}
