import Crypto
import Keys
public import Wire

// The account's sealed backup at the server (docs/protocol/recovery.md).

extension Client {
    /// Makes a recovery key and stores a backup under it; the same call again gives the same key.
    ///
    /// From then on the backup is brought up to date at each connect.
    /// - Parameter isReplacing: takes the place of a backup that another device, or an earlier key, has made.
    /// - Returns: what goes on paper. Whoever has it has the account.
    /// - Throws: ``ClientError/cannotChangeDevices`` on a device without the account's key;
    ///   ``ClientError/backupExists``.
    public func createBackup(replacing isReplacing: Bool = false) async throws(ClientError) -> String {
        let (profile, _) = try readyProfile()
        guard profile.accountSecret != nil else { throw .cannotChangeDevices }
        if try read(.backup) == nil {
            var transaction = StoreTransaction()
            transaction.put(BackupState(key: RecoveryKey()), at: .backup)
            try commit(transaction)
        }
        if isReplacing, var state = try read(.backup), let tag = try await tagAtServer() {
            state.entityTag = tag
            try keep(state)
        }
        _ = try await updateBackup()
        guard let state = try read(.backup) else { throw .noBackup }
        do { return try state.recoveryKey().text } catch { throw .store(error) }
    }

    /// Stores the account as it is now, if that is not what the server has.
    /// - Returns: whether something was stored.
    /// - Throws: ``ClientError/noBackup`` when there is no recovery key here; ``ClientError/backupExists`` when another
    ///   device has stored one of its own: the key here is forgotten then.
    @discardableResult
    public func updateBackup() async throws(ClientError) -> Bool {
        guard !isBackingUp else { return false }
        isBackingUp = true
        defer { isBackingUp = false }
        guard var state = try read(.backup) else { throw .noBackup }
        let content = try backupContent().encoded(as: .cbor)
        let digest = SHA256.hash(content)
        guard state.entityTag == nil || state.contentDigest != digest else { return false }
        let upload = try sealed(content, state)
        try await store(upload, inPlaceOf: state.entityTag)
        state.entityTag = Self.entityTag(upload.blob)
        state.contentDigest = digest
        try keep(state)
        return true
    }

    /// Forgets the backup here and at the server: the key on paper opens nothing any more.
    public func deleteBackup() async throws(ClientError) {
        try await authorizedRun("DELETE", "/v1/backup")
        try forgetBackup()
    }

    /// When the server's backup was last written, and how often; `nil` when there is none.
    public func backupReceipt() async throws(ClientError) -> BackupReceipt? {
        guard let stored = try await storedBackup() else { return nil }
        return BackupReceipt(revision: stored.revision, updatedAt: stored.updatedAt)
    }

    /// What a listening client does at each connect. Messages come whether it succeeds or not.
    func updateBackupIfAny(_ tell: @Sendable (ClientEvent) -> Void) async {
        do {
            guard try read(.backup) != nil else { return }
            try await updateBackup()
        } catch {
            if !error.isPassing { tell(.trouble(error)) }
        }
    }

    // MARK: Parts

    private func backupContent() throws(ClientError) -> BackupContent {
        let (profile, own) = try readyProfile()
        guard let handle = profile.handle, let secret = profile.accountSecret, let list = try knownList(own.account)
        else { throw .cannotChangeDevices }
        var contacts: [BackupContent.KnownAccount] = []
        for name in store.keys(withPrefix: StoreKey.contactPrefix).sorted() {
            guard let account = AccountID(text: name.dropFirst(StoreKey.contactPrefix.count)), account != own.account,
                let contact = try read(.contact(account))
            else { continue }
            contacts.append(.init(account: account, contact: contact))
        }
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
    /// replaced. One under another key is left alone.
    private func store(_ upload: BackupUpload, inPlaceOf tag: String?) async throws(ClientError) {
        do {
            return try await put(upload, inPlaceOf: tag)
        } catch {
            guard case .refused(let problem) = error, problem.code == .preconditionFailed else { throw error }
        }
        let found = try await storedBackup()
        guard found == nil || found?.id == upload.id else {
            try forgetBackup()
            throw .backupExists
        }
        try await put(upload, inPlaceOf: found.map { Self.entityTag($0.blob) })
    }

    private func put(_ upload: BackupUpload, inPlaceOf tag: String?) async throws(ClientError) {
        let condition = tag.map { ("If-Match", $0) } ?? ("If-None-Match", "*")
        let _: BackupReceipt = try await authorized("PUT", "/v1/backup", body: upload, headers: [condition])
    }

    private func tagAtServer() async throws(ClientError) -> String? {
        try await storedBackup().map { Self.entityTag($0.blob) }
    }

    private func storedBackup() async throws(ClientError) -> StoredBackup? {
        do {
            let stored: StoredBackup = try await authorized("GET", "/v1/backup")
            return stored
        } catch {
            guard case .refused(let problem) = error, problem.code == .notFound else { throw error }
            return nil
        }
    }

    /// As docs/protocol/recovery.md defines it.
    static func entityTag(_ blob: [UInt8]) -> String {
        "\"\(Base64URL.encode(Array(SHA256.hash(blob).prefix(16))))\""
    }

    private func keep(_ state: BackupState) throws(ClientError) {
        var transaction = StoreTransaction()
        transaction.put(state, at: .backup)
        try commit(transaction)
    }

    private func forgetBackup() throws(ClientError) {
        var transaction = StoreTransaction()
        transaction.remove(StoreKey.backup)
        try commit(transaction)
    }
}
