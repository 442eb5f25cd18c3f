import Crypto
import Wire

/// The hashes of a Merkle tree over a log (RFC 9162, section 2.1.1; the same as RFC 6962's).
public enum MerkleHash {
    /// Bytes in every hash of a tree.
    public static let byteCount = 32

    /// The root of a tree without leaves: SHA-256 of nothing.
    public static let emptyRoot = SHA256.hash([])

    /// SHA-256(0x00 ‖ data).
    public static func leaf(_ data: [UInt8]) -> [UInt8] { SHA256.hash([0] + data) }

    /// SHA-256(0x01 ‖ left ‖ right).
    public static func node(_ left: [UInt8], _ right: [UInt8]) -> [UInt8] {
        var hash = SHA256()
        hash.update([1])
        hash.update(left)
        hash.update(right)
        return hash.finish()
    }
}

/// A full subtree: `2^level` leaves, the `index`th of that size from the left.
public struct MerkleNode: Hashable, Sendable {
    /// 0 for a leaf.
    public let level: Int
    public let index: UInt64

    public init(level: Int, index: UInt64) {
        self.level = level
        self.index = index
    }

    /// Where it stands among all full subtrees in the order in which a growing log completes them: a leaf, then the
    /// subtrees that it completes, smallest first. From 0; a log appends nodes at the end and never changes one.
    ///
    /// It is the caller's to ask only for nodes of trees below ``MerkleTree/sizeMax``.
    public var position: UInt64 {
        let last = ((index + 1) << UInt64(level)) - 1
        return MerkleTree.nodeCount(ofSize: last) + UInt64(level)
    }
}

/// What a log of some size is asked: root and proofs, made from the hashes of its full subtrees.
///
/// A value without state: `node` reads from wherever the log keeps its hashes, about log₂(size) of them for each
/// answer.
public struct MerkleTree {
    /// No log of ours grows beyond this many leaves; what claims to is refused before any arithmetic.
    public static let sizeMax = Limits.keyLogSizeMax

    /// How many leaves there are, up to ``sizeMax``.
    public let size: UInt64

    /// - Parameter size: at most ``sizeMax``, or it traps.
    public init(size: UInt64) {
        precondition(size <= Self.sizeMax, "a log is no larger than its bound")
        self.size = size
    }

    /// How many full subtrees a log of that many leaves has.
    public static func nodeCount(ofSize size: UInt64) -> UInt64 { 2 * size - UInt64(size.nonzeroBitCount) }

    /// The full subtrees side by side that make up the tree, largest first; none for an empty one.
    public var peaks: [MerkleNode] { Self.peaks(of: Span(start: 0, count: size)) }

    /// The tree's root.
    public func root<Failure: Error>(
        _ node: (MerkleNode) throws(Failure) -> [UInt8]
    ) throws(Failure) -> [UInt8] {
        try Self.hash(of: Span(start: 0, count: size), node)
    }

    /// The hashes that a new leaf adds to a log of this size: its own, then those of the subtrees that it completes.
    public func appending<Failure: Error>(
        leafHash: [UInt8], _ node: (MerkleNode) throws(Failure) -> [UInt8]
    ) throws(Failure) -> [[UInt8]] {
        var added = [leafHash]
        var hash = leafHash
        for level in 0..<size.trailingOneBitCount {
            hash = MerkleHash.node(try node(MerkleNode(level: level, index: (size >> UInt64(level)) - 1)), hash)
            added.append(hash)
        }
        return added
    }

    /// That the leaf at `index` is in the tree (RFC 9162, section 2.1.3.1), from the leaf up.
    /// - Parameter index: below ``size``, or it traps.
    public func inclusionPath<Failure: Error>(
        of index: UInt64, _ node: (MerkleNode) throws(Failure) -> [UInt8]
    ) throws(Failure) -> [[UInt8]] {
        precondition(index < size, "only a leaf of the tree has a path")
        var siblings: [Span] = []
        var span = Span(start: 0, count: size)
        while span.count > 1 {
            let (left, right) = span.halves
            let isLeft = index < right.start
            siblings.append(isLeft ? right : left)
            span = isLeft ? left : right
        }
        return try Self.hashes(of: siblings.reversed(), node)
    }

    /// That the tree goes on from the one of its first `earlier` leaves (RFC 9162, section 2.1.4.1). Empty when there
    /// is nothing to prove: the same size, or no leaves.
    /// - Parameter earlier: at most ``size``, or it traps.
    public func consistencyPath<Failure: Error>(
        from earlier: UInt64, _ node: (MerkleNode) throws(Failure) -> [UInt8]
    ) throws(Failure) -> [[UInt8]] {
        precondition(earlier <= size, "a tree goes on from a smaller one")
        guard earlier > 0 else { return [] }
        var spans: [Span] = []
        var span = Span(start: 0, count: size)
        while span.end != earlier {
            let (left, right) = span.halves
            let isLeft = earlier <= right.start
            spans.append(isLeft ? right : left)
            span = isLeft ? left : right
        }
        // What both trees share whole from the start is known to whoever has the earlier root.
        if span.start > 0 { spans.append(span) }
        return try Self.hashes(of: spans.reversed(), node)
    }

    // MARK: Private

    /// Some leaves side by side; `start` is a multiple of the smallest power of two that is not below `count`.
    private struct Span {
        let start: UInt64
        let count: UInt64

        var end: UInt64 { start + count }

        /// Split as a tree is: the left half is the largest power of two below `count`.
        var halves: (left: Span, right: Span) {
            let leftCount: UInt64 = 1 << UInt64(63 - (count - 1).leadingZeroBitCount)
            return (Span(start: start, count: leftCount), Span(start: start + leftCount, count: count - leftCount))
        }
    }

    private static func peaks(of span: Span) -> [MerkleNode] {
        var peaks: [MerkleNode] = []
        var start = span.start
        var rest = span.count
        while rest > 0 {
            let level = 63 - rest.leadingZeroBitCount
            peaks.append(MerkleNode(level: level, index: start >> UInt64(level)))
            start += 1 << UInt64(level)
            rest -= 1 << UInt64(level)
        }
        return peaks
    }

    private static func hashes<Failure: Error>(
        of spans: [Span], _ node: (MerkleNode) throws(Failure) -> [UInt8]
    ) throws(Failure) -> [[UInt8]] {
        var hashes: [[UInt8]] = []
        for span in spans { hashes.append(try hash(of: span, node)) }
        return hashes
    }

    /// The root of the subtree over some leaves: its full subtrees, taken together from the right.
    private static func hash<Failure: Error>(
        of span: Span, _ node: (MerkleNode) throws(Failure) -> [UInt8]
    ) throws(Failure) -> [UInt8] {
        var hash: [UInt8]?
        for peak in peaks(of: span).reversed() {
            let left = try node(peak)
            hash = hash.map { MerkleHash.node(left, $0) } ?? left
        }
        return hash ?? MerkleHash.emptyRoot
    }
}

extension UInt64 {
    /// How many one bits stand at the low end.
    fileprivate var trailingOneBitCount: Int { (~self).trailingZeroBitCount }
}
