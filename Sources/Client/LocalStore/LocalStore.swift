public import Crypto
import Glibc

/// A small encrypted key-value store in one folder: what a client must not lose and nobody else may read.
///
/// An append-only journal of sealed records (``JournalCodec``); one record is one transaction, durable before it is
/// visible. In memory it is a dictionary. When most of the journal is outdated it is written anew.
///
/// | file | what |
/// |---|---|
/// | `journal` | the records, after a head that says how the key is made |
/// | `key` | 32 random bytes, mode 0600; only in a store without a passphrase |
/// | `lock` | keeps a second process out |
///
/// A crash cuts off at most the record that was being written. A changed byte is an error, never silently less data.
/// Out of scope: somebody with write access who puts an older copy of the whole journal back.
///
/// Not `Sendable`: its state belongs to whatever owns it, such as one actor. Calls block for the disk.
public final class LocalStore {
    /// What a store is opened with.
    public enum Unlock: ~Copyable, Sendable {
        /// The key lies beside the data: protects nothing from whoever can read the folder, and everything from
        /// whoever gets the journal alone.
        case keyFile
        case passphrase(SecretBytes)

        /// A passphrase as its bytes; the array itself is the caller's to forget.
        public static func passphrase(copying bytes: [UInt8]) -> Unlock { .passphrase(SecretBytes(copying: bytes)) }
    }

    /// There while the journal holds something that has to go from it.
    static let rewriteKey = "rewrite"

    private let disk: JournalDisk
    private var lock: FolderLock?
    private var journal: LocalJournal
    private var values: [String: [UInt8]]
    private var liveByteCount: Int
    /// Set for good when nobody knows what the disk holds.
    private var isUnusable = false

    /// Opens the store in `folder`, or makes both.
    /// - Throws: ``LocalStoreError``.
    public convenience init(folder: String, unlock: borrowing Unlock) throws(LocalStoreError) {
        try self.init(folder: folder, unlock: unlock, cost: .standard)
    }

    convenience init(folder: String, unlock: borrowing Unlock, cost: Argon2id.Cost) throws(LocalStoreError) {
        guard mkdir(folder, 0o700) == 0 || errno == EEXIST else { throw LocalStoreError(system: "make \(folder)") }
        let lock = try FolderLock(folder: folder)
        let disk = JournalDisk.files(in: folder)
        let keys = StoreKeys(
            load: { () throws(LocalStoreError) in try SmallFile.read(folder + "/key", byteCountMax: 32) },
            create: { (bytes) throws(LocalStoreError) in try SmallFile.create(folder + "/key", in: folder, bytes) })
        try self.init(disk: disk, lock: lock, keys: keys, unlock: unlock, cost: cost)
    }

    /// Whether one may be there: `false` where it is known that there is none. Makes nothing.
    static func mayBe(in folder: String) -> Bool {
        var status = stat()
        return stat(folder + "/journal", &status) == 0 || (errno != ENOENT && errno != ENOTDIR)
    }

    init(
        disk: JournalDisk, lock: consuming FolderLock? = nil, keys: StoreKeys, unlock: borrowing Unlock,
        cost: Argon2id.Cost
    ) throws(LocalStoreError) {
        self.disk = disk
        self.lock = lock
        if let bytes = try disk.load() {
            guard let head = JournalHead(bytes) else { throw .notAStore }
            let mainKey = try keys.mainKey(of: head, unlock)
            guard head.opens(with: mainKey) else { throw .wrongKey }
            journal = try LocalJournal(head: head, mainKey: mainKey)
            values = try journal.replay(bytes)
            if journal.byteCount < bytes.count { try disk.cut(journal.byteCount) }
        } else {
            let salt = RandomBytes.make(byteCount: Argon2id.saltByteCount)
            let mainKey = try keys.newMainKey(unlock, salt: salt, cost: cost)
            let head = JournalHead(keySource: .init(unlock), cost: cost, salt: salt, mainKey: mainKey)
            journal = try LocalJournal(head: head, mainKey: mainKey)
            values = [:]
            try disk.replace(try journal.snapshot([:]))
        }
        liveByteCount = values.reduce(0) { $0 + Self.cost(of: $1.key, $1.value) }
    }

    /// Bytes of the journal, and of what in it still counts.
    var byteCounts: (journal: Int, live: Int) { (journal.byteCount, liveByteCount) }

    public var isEmpty: Bool { values.isEmpty }

    func bytes(_ key: String) -> [UInt8]? { values[key] }

    /// Every key that starts with `prefix`, in order.
    func keys(withPrefix prefix: String) -> [String] {
        values.keys.filter { $0.hasPrefix(prefix) }.sorted()
    }

    /// Makes all changes durable, then visible; or, on any error but ``LocalStoreError/outcomeUnknown``, none.
    /// - Throws: ``LocalStoreError``.
    public func commit(_ transaction: StoreTransaction) throws(LocalStoreError) {
        guard !isUnusable else { throw .outcomeUnknown }
        guard !transaction.isEmpty else { return }
        for change in transaction.changes {
            guard change.key.unicodeScalars.count <= StoreLimits.keyLengthMax,
                (change.value?.count ?? 0) <= StoreLimits.valueByteCountMax
            else { throw .tooLarge(byteCount: change.value?.count ?? change.key.utf8.count) }
        }
        let record = try journal.seal(transaction.changes)
        do {
            try disk.write(record, journal.byteCount)
        } catch {
            // A record that was written in part, or not at all, must not stand before the next one.
            let isCut = error != .outcomeUnknown && (try? disk.cut(journal.byteCount)) != nil
            isUnusable = !isCut
            throw isCut ? error : .outcomeUnknown
        }
        journal.appended(record)
        for change in transaction.changes { apply(change) }
        compactIfWorthIt()
    }

    /// Lets the next opener in. What is in memory can still be read; nothing more is committed.
    func close() {
        isUnusable = true
        lock = nil
    }

    private func apply(_ change: StoreTransaction.Change) {
        if let old = values[change.key] { liveByteCount -= Self.cost(of: change.key, old) }
        values[change.key] = change.value
        if let new = change.value { liveByteCount += Self.cost(of: change.key, new) }
    }

    private func compactIfWorthIt() {
        guard journal.byteCount > StoreLimits.compactionByteCountMin, journal.byteCount > 3 * liveByteCount else {
            return
        }
        // The old journal serves on when this fails; only a folder that cannot be synced leaves a doubt.
        do { try compact() } catch { isUnusable = error == .outcomeUnknown }
    }

    /// Whether something that was taken out is still in the journal, sealed as it was.
    var isRewriteOwed: Bool { values[Self.rewriteKey] != nil }

    /// Writes the journal anew where it is owed. When the disk refuses, it stays owed.
    func rewriteIfOwed() {
        guard isRewriteOwed, !isUnusable else { return }
        do { try compact() } catch { isUnusable = error == .outcomeUnknown }
    }

    /// Writes the journal anew, without what is outdated.
    func compact() throws(LocalStoreError) {
        var fresh = try journal.successor()
        var live = values
        live[Self.rewriteKey] = nil
        let bytes = try fresh.snapshot(live)
        try disk.replace(bytes)
        journal = fresh
        apply(.init(key: Self.rewriteKey, value: nil))
    }

    private static func cost(of key: String, _ value: [UInt8]) -> Int { key.utf8.count + value.count + 16 }
}
