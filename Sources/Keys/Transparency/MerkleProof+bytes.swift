// Proofs as they travel: hashes one after another.

extension MerkleProof {
    /// The hashes one after another.
    public static func bytes(of path: [[UInt8]]) -> [UInt8] { path.flatMap { $0 } }

    /// The hashes that stand one after another; `nil` for bytes that are not whole hashes.
    public static func path(_ bytes: [UInt8]) -> [[UInt8]]? {
        guard bytes.count.isMultiple(of: MerkleHash.byteCount) else { return nil }
        return stride(from: 0, to: bytes.count, by: MerkleHash.byteCount).map {
            Array(bytes[$0..<$0 + MerkleHash.byteCount])
        }
    }
}
