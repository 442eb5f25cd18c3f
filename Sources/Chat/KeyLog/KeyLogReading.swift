import Keys
import Store
public import Wire

extension Look {
    /// That the device list of an account, of that epoch, is in the key log.
    /// - Parameter earlier: the size of the tree that the asker knows already, to prove that this one goes on from it.
    /// - Throws: `internal-error` when the list is not in the log.
    public func transparency(
        of account: AccountID, epoch: UInt64, since earlier: UInt64?, _ heads: TreeHeads
    ) throws(Problem) -> TransparencyPayload {
        let before = epoch > 0 ? epoch - 1 : 0
        let row = try tables.keyLogRows(of: KeyLogAccountName(account).bytes, after: before, limit: 1).first
        guard let row, row.epoch == epoch, let entry = try? KeyLogEntry(row.entry) else {
            throw Problem(.internalError, "A device list is missing from the key log.")
        }
        let tree = try keyLogTree
        let inclusion = try tree.inclusionPath(of: row.index, node)
        var consistency: [[UInt8]]?
        if let earlier, (1...tree.size).contains(earlier) {
            consistency = try tree.consistencyPath(from: earlier, node)
        }
        return TransparencyPayload(
            head: try treeHead(tree, heads).payload, kind: entry.kind.payload, index: row.index,
            inclusion: MerkleProof.bytes(of: inclusion), consistency: consistency.map { MerkleProof.bytes(of: $0) })
    }

    /// The log's newest head, and what these witnesses signed last.
    public func keyLogHead(_ heads: TreeHeads, witnesses: [Witness]) throws(Problem) -> KeyLogHead {
        var cosignatures: [CosignaturePayload] = []
        for witness in witnesses {
            guard var cosignature = try cosignature(of: witness) else { continue }
            cosignature.name = witness.name
            cosignatures.append(cosignature)
        }
        return KeyLogHead(head: try treeHead(try keyLogTree, heads).payload, cosignatures: cosignatures)
    }

    /// Entries from an index on.
    public func keyLogPage(from index: UInt64, limit: Int) throws(Problem) -> KeyLogPage {
        let rows = try tables.keyLogRows(from: index, limit: min(limit, Limits.keyLogEntriesMax))
        return KeyLogPage(entries: rows.flatMap(\.entry), treeSize: try tables.keyLogSize())
    }

    /// That the tree of `later` leaves goes on from the one of `earlier`.
    /// - Throws: `not-found` for sizes that the log did not have.
    public func keyLogConsistency(from earlier: UInt64, to later: UInt64) throws(Problem) -> MerkleProofPayload {
        guard earlier >= 1, earlier <= later, later <= (try tables.keyLogSize()) else { throw Self.noSuchTree }
        let path = try MerkleTree(size: later).consistencyPath(from: earlier, node)
        return MerkleProofPayload(hashes: MerkleProof.bytes(of: path))
    }

    /// That the entry at `index` is in the tree of `size` leaves.
    /// - Throws: `not-found` for a place or a size that the log does not have.
    public func keyLogInclusion(of index: UInt64, size: UInt64) throws(Problem) -> MerkleProofPayload {
        guard index < size, size <= (try tables.keyLogSize()) else { throw Self.noSuchTree }
        let path = try MerkleTree(size: size).inclusionPath(of: index, node)
        return MerkleProofPayload(hashes: MerkleProof.bytes(of: path))
    }

    /// What the log has of one account, from after `epoch` on.
    public func keyLog(of account: AccountID, after epoch: UInt64, limit: Int) throws(Problem) -> Page<KeyLogItem> {
        _ = try accountRow(account)
        let rows = try tables.keyLogRows(of: KeyLogAccountName(account).bytes, after: epoch, limit: limit + 1)
        let page = rows.prefix(limit)
        return Page(
            items: page.map { KeyLogItem(index: $0.index, entry: $0.entry) },
            next: rows.count > limit ? page.last.map { String($0.epoch) } : nil)
    }

    /// The root of the tree that the log had at that size.
    /// - Throws: `not-found` for a size that it did not have.
    func keyLogRoot(size: UInt64) throws(Problem) -> [UInt8] {
        guard size <= (try tables.keyLogSize()) else { throw Self.noSuchTree }
        return try MerkleTree(size: size).root(node)
    }

    var keyLogTree: MerkleTree {
        get throws(Problem) { MerkleTree(size: min(try tables.keyLogSize(), MerkleTree.sizeMax)) }
    }

    private func treeHead(_ tree: MerkleTree, _ heads: TreeHeads) throws(Problem) -> VerifiedTreeHead {
        try heads.head(size: tree.size, root: try tree.root(node), now: now)
    }

    func node(_ node: MerkleNode) throws(Problem) -> [UInt8] {
        guard let hash = try tables.keyLogNode(at: node.position), hash.count == MerkleHash.byteCount else {
            throw Problem(.internalError, "The key log has lost a hash.")
        }
        return hash
    }

    private static var noSuchTree: Problem { Problem(.notFound, "The key log has no such place or size.") }
}
