public import Keys
import Threads
import Wire

/// Signs tree heads, and gives the last one again while nothing has changed: a signature takes as long as a whole
/// proof, and most heads are asked for between two changes.
///
/// State is owned by the lock.
public final class TreeHeads: Sendable {
    /// How old a head may be that is given again.
    public static let ageMaxSeconds: UInt64 = 60

    private let key: ServerSigningKey
    private let last = LastHead()

    /// Heads of the log that this key signs.
    public init(signedBy key: ServerSigningKey) { self.key = key }

    /// Names the log in each of its heads.
    public var log: [UInt8] { key.publicKey.fingerprint }

    /// The head of that tree.
    /// - Throws: `internal-error` for a tree that cannot be.
    func head(size: UInt64, root: [UInt8], now: Timestamp) throws(Problem) -> VerifiedTreeHead {
        if let known = last.head, known.head.size == size, known.head.root == root, known.head.time <= now,
            now < known.head.time.adding(seconds: Self.ageMaxSeconds) {
            return known
        }
        guard let head = VerifiedTreeHead(size: size, root: root, time: now, signedBy: key) else {
            throw Problem(.internalError, "The key log has a tree that cannot be.")
        }
        last.head = head
        return head
    }
}

/// The head that was signed last.
private final class LastHead: @unchecked Sendable {
    // Unchecked because `value` is guarded by `lock`.
    private let lock = Lock()
    private var value: VerifiedTreeHead?

    var head: VerifiedTreeHead? {
        get { lock.withLock { value } }
        set { lock.withLock { value = newValue } }
    }
}
