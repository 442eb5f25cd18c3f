public import Crypto
public import Wire

/// What somebody says of a log at some moment: the server in its own name, or a witness.
///
/// Version 1, 81 bytes, numbers big-endian:
///
/// | offset | size | field |
/// |---|---|---|
/// | 0 | 1 | version, 1 |
/// | 1 | 32 | log: SHA-256 of the server's public key |
/// | 33 | 8 | size of the tree, 0…2^40 |
/// | 41 | 32 | root |
/// | 73 | 8 | time, milliseconds since 1970 |
public struct TreeHead: Hashable, Sendable {
    static let version: UInt8 = 1

    /// ``ServerPublicKey/fingerprint`` of the key that signs the log's heads.
    public let log: [UInt8]
    /// How many leaves the tree has.
    public let size: UInt64
    /// The root of that tree.
    public let root: [UInt8]
    /// When this was said.
    public let time: Timestamp

    /// `nil` for a digest that does not have 32 bytes, or a tree above ``MerkleTree/sizeMax``.
    public init?(log: [UInt8], size: UInt64, root: [UInt8], time: Timestamp) {
        guard log.count == MerkleHash.byteCount, root.count == MerkleHash.byteCount, size <= MerkleTree.sizeMax else {
            return nil
        }
        self.log = log
        self.size = size
        self.root = root
        self.time = time
    }

    /// The layout above: what is signed.
    var content: [UInt8] {
        var bytes: [UInt8] = [Self.version]
        bytes.reserveCapacity(81)
        bytes += log
        bytes.append(number: size)
        bytes += root
        bytes.append(number: time.milliseconds)
        return bytes
    }
}

/// Why a tree head is refused.
public enum TreeHeadError: Error, Equatable, Sendable {
    /// It is of another log than the one whose key is known.
    case anotherLog
    /// The key did not sign it.
    case badSignature
}

/// A signed tree head as it came from outside.
public struct UnverifiedTreeHead: Hashable, Sendable {
    /// What it claims.
    public let claimed: TreeHead
    let signature: Ed25519.Signature

    /// `nil` when a field is not of its size.
    public init?(claimed: TreeHead, signature: [UInt8]) {
        guard let signature = try? Ed25519.Signature(signature) else { return nil }
        self.claimed = claimed
        self.signature = signature
    }

    /// The head as a type that may be relied on, when the server with that key signed it.
    /// - Throws: ``TreeHeadError``.
    public func verified(by server: ServerPublicKey) throws(TreeHeadError) -> VerifiedTreeHead {
        guard ConstantTime.equal(claimed.log, server.fingerprint) else { throw .anotherLog }
        guard server.verifies(signature, over: claimed.content, as: .treeHead) else { throw .badSignature }
        return VerifiedTreeHead(head: claimed, signature: signature)
    }
}

/// A tree head on the word of its server.
public struct VerifiedTreeHead: Hashable, Sendable {
    /// What the server says.
    public let head: TreeHead
    /// Its signature: with ``head``, proof for others that the server said so.
    public let signature: Ed25519.Signature

    fileprivate init(head: TreeHead, signature: Ed25519.Signature) {
        self.head = head
        self.signature = signature
    }

    /// What a server says of its own log now. `nil` for a root that does not have 32 bytes, or a tree above
    /// ``MerkleTree/sizeMax``.
    public init?(size: UInt64, root: [UInt8], time: Timestamp, signedBy key: ServerSigningKey) {
        guard let head = TreeHead(log: key.publicKey.fingerprint, size: size, root: root, time: time) else {
            return nil
        }
        self.init(head: head, signature: key.sign(head.content, as: .treeHead))
    }

    /// Whether the tree of `later` goes on from this one's, by `path`. Everything goes on from an empty tree.
    public func precedes(_ later: VerifiedTreeHead, by path: [[UInt8]]) -> Bool {
        guard ConstantTime.equal(head.log, later.head.log) else { return false }
        if head.size == 0 { return path.isEmpty && head.root == MerkleHash.emptyRoot }
        return MerkleProof.isConsistent(
            earlierSize: head.size, earlierRoot: head.root, laterSize: later.head.size, laterRoot: later.head.root,
            path: path)
    }

    /// Whether that entry stands at `index` of the tree, by `path`.
    public func includes(_ entry: KeyLogEntry, at index: UInt64, by path: [[UInt8]]) -> Bool {
        MerkleProof.includes(leafHash: entry.leafHash, at: index, size: head.size, root: head.root, path: path)
    }
}
