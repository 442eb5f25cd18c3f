import Crypto
import Keys
import Threads
import Wire

/// The account's sealed backup at the server (docs/protocol/recovery.md).
final class Backups: Room {
    private let signed: SignedCalls
    private let contacts: Contacts
    private var turns = Turns()

    init(_ ground: Ground, _ signed: SignedCalls, _ contacts: Contacts) {
        self.signed = signed
        self.contacts = contacts
        super.init(ground)
    }

    func createBackup(replacing isReplacing: Bool = false) async throws(ClientError) -> String {
        try await turn()
        defer { turns.end() }
        let (profile, _) = try readyProfile()
        guard profile.accountSecret != nil else { throw .cannotChangeDevices }
        let found = try await storedBackup()
        // Deleted, perhaps because the paper was stolen: its key shall open nothing again.
        if found == nil, let known = try read(.backup), known.entityTag != nil { try forget(known) }
        let state = try read(.backup) ?? BackupState(key: RecoveryKey())
        let (id, text) = try Self.names(state)
        guard isReplacing || found == nil || found?.id == id else {
            try forget(state)
            throw .backupExists
        }
        // Before the server hears of it: a key that is lost with the answer would lock its backup for good.
        if try read(.backup) == nil { try put(state) }
        try await bringUpToDate(state, inPlaceOf: found.map { Self.entityTag($0.blob) })
        return text
    }

    @discardableResult
    func updateBackup() async throws(ClientError) -> Bool {
        try await turn()
        defer { turns.end() }
        guard let state = try read(.backup) else { throw .noBackup }
        return try await bringUpToDate(state, inPlaceOf: try replaceable(try await storedBackup(), by: state))
    }

    func deleteBackup() async throws(ClientError) {
        try await turn()
        defer { turns.end() }
        try await signed.run(Endpoints.removeBackup)
        if let state = try read(.backup) { try forget(state) }
    }

    func backupReceipt() async throws(ClientError) -> BackupReceipt? {
        guard let stored = try await storedBackup() else { return nil }
        return BackupReceipt(revision: stored.revision, updatedAt: stored.updatedAt)
    }

    /// What a listening client does at each connect. Messages come whether it succeeds or not.
    ///
    /// What has not changed here is not asked for: it would be the whole backup, at each connect.
    func updateIfAny() async {
        guard (try? await turn()) != nil else { return }
        defer { turns.end() }
        do {
            guard let state = try read(.backup) else { return }
            try await bringUpToDate(state, inPlaceOf: state.entityTag)
        } catch {
            if !error.isPassing { tell(.trouble(SottoError(error))) }
        }
    }

    // MARK: Parts

    /// Waits until no other call is at work on the backup; whoever has waited ends the turn.
    /// - Throws: ``ClientError/cancelled``.
    private func turn() async throws(ClientError) {
        while !turns.begin() {
            await turns.next.waitUnlessCancelled()
            if Task.isCancelled { throw .cancelled }
        }
    }

    /// - Parameter tag: of the backup that is to be replaced, as far as is known.
    /// - Returns: whether something was stored.
    @discardableResult
    private func bringUpToDate(
        _ state: BackupState, inPlaceOf tag: String?
    ) async throws(ClientError) -> Bool {
        let content = try backupContent().encoded(as: .cbor)
        let digest = SHA256.hash(content)
        guard tag == nil || tag != state.entityTag || state.contentDigest != digest else { return false }
        let upload = try sealed(content, state)
        try await store(upload, of: state, inPlaceOf: tag)
        var stored = state
        stored.entityTag = Self.entityTag(upload.blob)
        stored.contentDigest = digest
        // Whoever forgot the key meanwhile does not get it back.
        guard try read(.backup)?.keyBytes == state.keyBytes else { throw .noBackup }
        try put(stored)
        return true
    }

    private func backupContent() throws(ClientError) -> BackupContent {
        let (profile, own) = try readyProfile()
        guard let handle = profile.handle, let secret = profile.accountSecret,
            let list = try contacts.knownList(own.account)
        else { throw .cannotChangeDevices }
        var contacts: [BackupContent.KnownAccount] = []
        for (key, contact) in try values(in: .contacts) {
            let account = key.placeName.flatMap { AccountID(text: $0) }
            guard let account, account != own.account else { continue }
            contacts.append(.init(account: account, contact: contact))
        }
        // In one order, so that the same contacts are the same backup.
        contacts.sort { $0.account.description < $1.account.description }
        return BackupContent(
            handle: handle, account: own.account, serverName: profile.serverName, accountSecret: secret,
            listBytes: list.bytes, contacts: contacts)
    }

    private func sealed(_ content: [UInt8], _ state: BackupState) throws(ClientError) -> BackupUpload {
        let key: RecoveryKey
        do { key = try state.recoveryKey() } catch { throw .store(error) }
        do {
            let blob = try SealedBackup.seal(content, with: key)
            return BackupUpload(id: key.backupID, tokenHash: key.backupToken.hash, blob: blob)
        } catch {
            throw .backup(error)
        }
    }

    /// Another device with the same key may have written meanwhile, or an answer was lost: then what is there is
    /// replaced. One under another key is left alone, and one that was deleted does not come back.
    private func store(
        _ upload: BackupUpload, of state: BackupState, inPlaceOf tag: String?
    ) async throws(ClientError) {
        do {
            return try await send(upload, inPlaceOf: tag)
        } catch {
            guard case .refused(let problem) = error, problem.code == .preconditionFailed else { throw error }
        }
        try await send(upload, inPlaceOf: try replaceable(try await storedBackup(), by: state))
    }

    /// The entity tag of what this key's next backup may take the place of; `nil` when there never was one.
    private func replaceable(_ found: StoredBackup?, by state: BackupState) throws(ClientError) -> String? {
        guard let found else {
            guard state.entityTag != nil else { return nil }
            try forget(state)
            throw .noBackup
        }
        guard found.id == (try Self.names(state)).id else {
            try forget(state)
            throw .backupExists
        }
        return Self.entityTag(found.blob)
    }

    private func send(_ upload: BackupUpload, inPlaceOf tag: String?) async throws(ClientError) {
        let condition = tag.map { Endpoints.ifMatch($0) } ?? Endpoints.ifNoneMatch("*")
        try await signed.run(Endpoints.putBackup, body: upload, headers: [condition])
    }

    private func storedBackup() async throws(ClientError) -> StoredBackup? {
        do {
            return try await signed.run(Endpoints.backup)
        } catch {
            guard case .refused(let problem) = error, problem.code == .notFound else { throw error }
            return nil
        }
    }

    /// As docs/protocol/recovery.md defines it.
    static func entityTag(_ blob: [UInt8]) -> String {
        "\"\(Base64URL.encode(Array(SHA256.hash(blob).prefix(16))))\""
    }

    /// What the key calls its backup, and how it is written down.
    private static func names(_ state: BackupState) throws(ClientError) -> (id: BackupID, text: String) {
        do {
            let key = try state.recoveryKey()
            return (key.backupID, key.text)
        } catch {
            throw .store(error)
        }
    }

    private func put(_ state: BackupState) throws(ClientError) {
        var transaction = StoreTransaction()
        transaction.put(state, at: .backup)
        try commit(transaction)
    }

    /// Forgets this key; another that has come in its place stays.
    private func forget(_ state: BackupState) throws(ClientError) {
        guard try read(.backup)?.keyBytes == state.keyBytes else { return }
        var transaction = StoreTransaction()
        transaction.remove(StoreKey.backup)
        try commit(transaction)
    }
}
