/// A log's tree as far as whoever reads it from its first entry on needs it: the hashes of the full subtrees side by
/// side, at most forty. Appending and the root need nothing else.
public struct CompactRange: Hashable, Sendable {
    /// How many leaves were taken in.
    public private(set) var size: UInt64
    /// The hashes of ``MerkleTree/peaks``, largest subtree first.
    public private(set) var peakHashes: [[UInt8]]

    /// No leaves yet.
    public init() {
        size = 0
        peakHashes = []
    }

    /// What was kept of a log. `nil` unless it has as many hashes, of the right size, as that many leaves make.
    public init?(size: UInt64, peakHashes: [[UInt8]]) {
        guard size <= MerkleTree.sizeMax, peakHashes.count == size.nonzeroBitCount,
            peakHashes.allSatisfy({ $0.count == MerkleHash.byteCount })
        else { return nil }
        self.size = size
        self.peakHashes = peakHashes
    }

    /// Takes in the next leaf. Beyond ``MerkleTree/sizeMax`` it traps: a reader bounds what it reads.
    public mutating func append(leafHash: [UInt8]) {
        precondition(size < MerkleTree.sizeMax, "a log is no larger than its bound")
        var hash = leafHash
        var rest = size
        while rest & 1 == 1, let left = peakHashes.popLast() {
            hash = MerkleHash.node(left, hash)
            rest >>= 1
        }
        peakHashes.append(hash)
        size += 1
    }

    /// The root of the tree over all of them.
    public var root: [UInt8] {
        guard var hash = peakHashes.last else { return MerkleHash.emptyRoot }
        for left in peakHashes.dropLast().reversed() { hash = MerkleHash.node(left, hash) }
        return hash
    }
}
