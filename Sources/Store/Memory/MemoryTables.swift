import Wire

/// ``Tables`` over dictionaries. Belongs to one thread.
final class MemoryTables {
    var state = MemoryState()
    /// Counts writes, to notice a command that throws after one although it promised not to.
    var writeCount = 0

    var rowCount: UInt64 { UInt64(state.entryCount + state.waitingCopies.count) }
}

extension MemoryTables: Tables {
    // MARK: Accounts and devices

    func account(_ account: AccountID) -> AccountRow? { state.accounts[account] }

    func account(handle: Handle) -> AccountRow? { state.handles[handle].flatMap { state.accounts[$0] } }

    func devices(of account: AccountID) -> [DeviceRow] { state.devices[account] ?? [] }

    func device(_ address: DeviceAddress) -> DeviceRow? {
        state.devices[address.account]?.first { $0.address == address }
    }

    func token(hash: [UInt8]) -> TokenRow? { state.tokens[hash] }

    func invite(hash: [UInt8]) -> InviteRow? { state.invites[hash] }

    func insertAccount(_ row: AccountRow) {
        writeCount += 1
        precondition(state.accounts[row.account] == nil && state.handles[row.handle] == nil, "an account stands twice")
        state.accounts[row.account] = row
        state.handles[row.handle] = row.account
    }

    func updateAccount(_ row: AccountRow) {
        writeCount += 1
        guard let before = state.accounts[row.account] else { preconditionFailure("an update of no account") }
        let owner = state.handles[row.handle]
        precondition(owner == nil || owner == row.account, "a handle stands twice")
        state.handles[before.handle] = nil
        state.handles[row.handle] = row.account
        state.accounts[row.account] = row
    }

    func insertDevice(_ row: DeviceRow) {
        writeCount += 1
        precondition(state.accounts[row.address.account] != nil, "a device of no account")
        precondition(device(row.address) == nil, "a device stands twice")
        var devices = self.devices(of: row.address.account)
        devices.append(row)
        devices.sort { $0.address.device < $1.address.device }
        state.devices[row.address.account] = devices
        state.queues[row.address] = .init()
    }

    func updateDevice(_ row: DeviceRow) {
        writeCount += 1
        let index = state.devices[row.address.account]?.firstIndex { $0.address == row.address }
        guard let index else { preconditionFailure("an update of no device") }
        state.devices[row.address.account]?[index] = row
    }

    func removeDevice(_ address: DeviceAddress) {
        writeCount += 1
        state.devices[address.account]?.removeAll { $0.address == address }
        state.tokens = state.tokens.filter { $0.value.address != address }
        state.standingPreKeys[address] = nil
        state.oneTimePreKeys[address] = nil
        state.kemOneTimePreKeys[address] = nil
        if let queue = state.queues.removeValue(forKey: address) {
            for envelope in queue.waiting { release(envelope.id) }
        }
    }

    func insertToken(_ row: TokenRow) {
        writeCount += 1
        precondition(device(row.address) != nil, "a token of no device")
        precondition(state.tokens[row.hash] == nil, "a token stands twice")
        state.tokens[row.hash] = row
    }

    func updateToken(_ row: TokenRow) {
        writeCount += 1
        precondition(state.tokens[row.hash] != nil, "an update of no token")
        state.tokens[row.hash] = row
    }

    func removeTokens(family: SixteenBytes) {
        writeCount += 1
        state.tokens = state.tokens.filter { $0.value.family != family }
    }

    func putInvite(_ row: InviteRow) {
        writeCount += 1
        state.invites[row.hash] = row
    }

    func removeInvite(hash: [UInt8]) {
        writeCount += 1
        state.invites[hash] = nil
    }

    // MARK: Backups

    func backup(of account: AccountID) -> BackupRow? { state.backups[account] }

    func backup(_ id: BackupID) -> BackupRow? { state.backups.values.first { $0.id == id } }

    func putBackup(_ row: BackupRow) {
        writeCount += 1
        precondition(state.accounts[row.account] != nil, "a backup of no account")
        state.backups[row.account] = row
    }

    func removeBackup(of account: AccountID) {
        writeCount += 1
        state.backups[account] = nil
    }

    // MARK: Prekeys

    func standingPreKeys(of device: DeviceAddress) -> StandingPreKeys? { state.standingPreKeys[device] }

    func oneTimePreKeyCount(of device: DeviceAddress) -> Int { state.oneTimePreKeys[device]?.count ?? 0 }

    func kemOneTimePreKeyCount(of device: DeviceAddress) -> Int { state.kemOneTimePreKeys[device]?.count ?? 0 }

    func putStandingPreKeys(_ keys: StandingPreKeys, of device: DeviceAddress) {
        writeCount += 1
        precondition(self.device(device) != nil, "prekeys of no device")
        state.standingPreKeys[device] = keys
    }

    func addOneTimePreKeys(_ keys: [OneTimePreKeyPayload], of device: DeviceAddress) {
        writeCount += 1
        precondition(self.device(device) != nil, "prekeys of no device")
        for key in keys { state.oneTimePreKeys[device, default: [:]][key.id] = key }
    }

    func addKEMOneTimePreKeys(_ keys: [KEMPreKeyPayload], of device: DeviceAddress) {
        writeCount += 1
        precondition(self.device(device) != nil, "prekeys of no device")
        for key in keys { state.kemOneTimePreKeys[device, default: [:]][key.id] = key }
    }

    func popOneTimePreKey(of device: DeviceAddress) -> OneTimePreKeyPayload? {
        writeCount += 1
        guard let id = state.oneTimePreKeys[device]?.keys.min() else { return nil }
        return state.oneTimePreKeys[device]?.removeValue(forKey: id)
    }

    func popKEMOneTimePreKey(of device: DeviceAddress) -> KEMPreKeyPayload? {
        writeCount += 1
        guard let id = state.kemOneTimePreKeys[device]?.keys.min() else { return nil }
        return state.kemOneTimePreKeys[device]?.removeValue(forKey: id)
    }

    // MARK: The server's own

    func savedReply(key: [UInt8]) -> SavedReply? { state.savedReplies[key] }

    func setting(_ name: String) -> [UInt8]? { state.settings[name] }

    func saveReply(_ reply: SavedReply, key: [UInt8]) {
        writeCount += 1
        state.savedReplies[key] = reply
    }

    func putSetting(_ name: String, _ value: [UInt8]) {
        writeCount += 1
        state.settings[name] = value
    }
}
