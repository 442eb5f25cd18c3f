import Crypto
import Testing

@testable import Keys

@Suite struct MerkleProofTests {
    private let leaves = Array(MerkleTreeTests.leaves[..<21])

    @Test("an inclusion proof with any bit changed, of another leaf, place or size, or of another length is refused")
    func tamperedInclusion() {
        let root = NaiveTree.root(leaves[...])
        for index in leaves.indices {
            let leaf = MerkleHash.leaf(leaves[index])
            let path = NaiveTree.path(index, leaves[...])
            func verifies(
                _ leaf: [UInt8], _ index: UInt64, _ size: UInt64, _ root: [UInt8], _ path: [[UInt8]]
            ) -> Bool { MerkleProof.includes(leafHash: leaf, at: index, size: size, root: root, path: path) }
            #expect(verifies(leaf, UInt64(index), 21, root, path))
            var accepted = 0
            for bit in 0..<256 {
                if verifies(leaf.flipped(bit), UInt64(index), 21, root, path) { accepted += 1 }
                if verifies(leaf, UInt64(index), 21, root.flipped(bit), path) { accepted += 1 }
                for step in path.indices {
                    var changed = path
                    changed[step] = changed[step].flipped(bit)
                    if verifies(leaf, UInt64(index), 21, root, changed) { accepted += 1 }
                }
            }
            for other: UInt64 in 0..<40 where other != UInt64(index) {
                if verifies(leaf, other, 21, root, path) { accepted += 1 }
            }
            for wrong in [path + [root], [root] + path, path.dropLast(), Array(path.dropFirst()), []] {
                if verifies(leaf, UInt64(index), 21, root, Array(wrong)) { accepted += 1 }
            }
            for size: [UInt8] in [[], [0], [UInt8](repeating: 0, count: 33)] {
                if verifies(leaf, UInt64(index), 21, root, path + [size]) { accepted += 1 }
                if verifies(size, UInt64(index), 21, root, path) { accepted += 1 }
                if verifies(leaf, UInt64(index), 21, size, path) { accepted += 1 }
            }
            #expect(accepted == 0, "leaf \(index)")
        }
    }

    @Test("a consistency proof with any bit changed, of other roots or sizes, or of another length is refused")
    func tamperedConsistency() {
        let later = NaiveTree.root(leaves[...])
        for size in 1..<leaves.count {
            let earlier = NaiveTree.root(leaves[..<size])
            let path = NaiveTree.proof(size, leaves[...])
            func verifies(
                _ size: UInt64, _ earlier: [UInt8], _ laterSize: UInt64, _ later: [UInt8], _ path: [[UInt8]]
            ) -> Bool {
                MerkleProof.isConsistent(
                    earlierSize: size, earlierRoot: earlier, laterSize: laterSize, laterRoot: later, path: path)
            }
            #expect(verifies(UInt64(size), earlier, 21, later, path))
            var accepted = 0
            for bit in 0..<256 {
                if verifies(UInt64(size), earlier.flipped(bit), 21, later, path) { accepted += 1 }
                if verifies(UInt64(size), earlier, 21, later.flipped(bit), path) { accepted += 1 }
                for step in path.indices {
                    var changed = path
                    changed[step] = changed[step].flipped(bit)
                    if verifies(UInt64(size), earlier, 21, later, changed) { accepted += 1 }
                }
            }
            for wrong in [path + [later], [later] + path, path.dropLast(), Array(path.dropFirst()), []] {
                if verifies(UInt64(size), earlier, 21, later, Array(wrong)) { accepted += 1 }
            }
            if verifies(UInt64(size), later, 21, earlier, path) { accepted += 1 }
            if verifies(0, earlier, 21, later, path) { accepted += 1 }
            if verifies(22, earlier, 21, later, path) { accepted += 1 }
            #expect(accepted == 0, "size \(size)")
        }
    }

    @Test("the largest numbers and no hashes at all are refused without a trap")
    func extremes() {
        let hash = [UInt8](repeating: 1, count: 32)
        for size in [0, 1, 2, 1 << 40, 1 << 63, UInt64.max] {
            for index in [0, 1, 1 << 40, 1 << 63, UInt64.max - 1, UInt64.max] {
                for path in [[], [hash], [[UInt8]](repeating: hash, count: 70)] {
                    let isOnlyLeaf = size == 1 && index == 0 && path.isEmpty
                    #expect(
                        MerkleProof.includes(leafHash: hash, at: index, size: size, root: hash, path: path)
                            == isOnlyLeaf)
                    let isSame = size == index && size > 0 && path.isEmpty
                    #expect(
                        MerkleProof.isConsistent(
                            earlierSize: index, earlierRoot: hash, laterSize: size, laterRoot: hash, path: path)
                            == isSame)
                }
            }
        }
        #expect(!MerkleProof.includes(leafHash: [], at: 0, size: 1, root: [], path: []))
        #expect(!MerkleProof.isConsistent(earlierSize: 1, earlierRoot: [], laterSize: 2, laterRoot: [], path: [hash]))
    }

    @Test("a kept range that cannot be is refused")
    func ranges() {
        let hash = [UInt8](repeating: 1, count: 32)
        #expect(CompactRange(size: 0, peakHashes: []) == CompactRange())
        #expect(CompactRange(size: 1, peakHashes: []) == nil)
        #expect(CompactRange(size: 4, peakHashes: [hash, hash]) == nil)
        #expect(CompactRange(size: 3, peakHashes: [hash, [1]]) == nil)
        #expect(CompactRange(size: 1 << 41, peakHashes: [hash]) == nil)
        #expect(CompactRange(size: 3, peakHashes: [hash, hash]) != nil)
    }

    @Test("a range at the bound takes in no more: it traps")
    func fullRange() async {
        await #expect(processExitsWith: .failure) {
            var range = CompactRange(size: MerkleTree.sizeMax, peakHashes: [[UInt8](repeating: 1, count: 32)])
            range?.append(leafHash: [UInt8](repeating: 2, count: 32))
        }
    }

    @Test("a path comes back from its bytes, and bytes that are not whole hashes are no path")
    func bytes() {
        let path = NaiveTree.path(5, leaves[...])
        let bytes = MerkleProof.bytes(of: path)
        #expect(bytes == Array(path.joined()) && bytes.count == 32 * path.count)
        #expect(MerkleProof.path(bytes) == path)
        #expect(MerkleProof.path([]) == [])
        for count in 1..<32 { #expect(MerkleProof.path(Array(bytes[..<count])) == nil) }
        #expect(MerkleProof.path(bytes + [0]) == nil)
    }
}
