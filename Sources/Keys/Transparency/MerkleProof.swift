import Crypto

/// Checks of what a log claims about its tree. Any input is fine; none traps.
public enum MerkleProof {
    /// The most hashes that a proof of a log up to ``MerkleTree/sizeMax`` has.
    public static let hashCountMax = 41

    /// Whether `path` proves that `leafHash` stands at `index` in the tree of `size` leaves with that root
    /// (RFC 9162, section 2.1.3.2).
    public static func includes(
        leafHash: [UInt8], at index: UInt64, size: UInt64, root: [UInt8], path: [[UInt8]]
    ) -> Bool {
        guard index < size, areHashes([leafHash, root]), areHashes(path) else { return false }
        var place = index
        var last = size - 1
        var hash = leafHash
        for sibling in path {
            guard last > 0 else { return false }
            if place & 1 == 1 || place == last {
                hash = MerkleHash.node(sibling, hash)
                // A right edge without a partner goes up unchanged.
                while place & 1 == 0, place > 0 {
                    place >>= 1
                    last >>= 1
                }
            } else {
                hash = MerkleHash.node(hash, sibling)
            }
            place >>= 1
            last >>= 1
        }
        return last == 0 && ConstantTime.equal(hash, root)
    }

    /// Whether `path` proves that the tree of `laterSize` leaves goes on from the one of `earlierSize` (RFC 9162,
    /// section 2.1.4.2). A tree goes on from itself without a path. There is no proof from an empty tree: everything
    /// goes on from it, so nothing is shown.
    public static func isConsistent(
        earlierSize: UInt64, earlierRoot: [UInt8], laterSize: UInt64, laterRoot: [UInt8], path: [[UInt8]]
    ) -> Bool {
        guard earlierSize > 0, earlierSize <= laterSize else { return false }
        if earlierSize == laterSize { return path.isEmpty && ConstantTime.equal(earlierRoot, laterRoot) }
        guard areHashes([earlierRoot, laterRoot]), areHashes(path) else { return false }
        // A tree that is one full subtree is itself the first node of the path.
        let isFull = earlierSize & (earlierSize - 1) == 0
        var rest = (isFull ? [earlierRoot] : []) + path
        guard !rest.isEmpty else { return false }
        let first = rest.removeFirst()
        let skipped = UInt64((~(earlierSize - 1)).trailingZeroBitCount)
        var place = (earlierSize - 1) >> skipped
        var last = (laterSize - 1) >> skipped
        var earlier = first
        var later = first
        for hash in rest {
            guard last > 0 else { return false }
            if place & 1 == 1 || place == last {
                earlier = MerkleHash.node(hash, earlier)
                later = MerkleHash.node(hash, later)
                while place & 1 == 0, place > 0 {
                    place >>= 1
                    last >>= 1
                }
            } else {
                later = MerkleHash.node(later, hash)
            }
            place >>= 1
            last >>= 1
        }
        return last == 0 && ConstantTime.equal(earlier, earlierRoot) && ConstantTime.equal(later, laterRoot)
    }

    private static func areHashes(_ hashes: [[UInt8]]) -> Bool {
        hashes.allSatisfy { $0.count == MerkleHash.byteCount }
    }
}
