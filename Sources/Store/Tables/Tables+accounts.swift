import SQLite
public import Wire

extension ReadableTables {
    /// One device of an account.
    public func device(_ address: DeviceAddress) throws(Problem) -> DeviceRow? {
        try devices(of: address.account).first { $0.address == address }
    }

    /// Whether an account was deleted whose id, or whose handle, has that hash; see ``TombstoneRow``.
    public func hasTombstone(hash: [UInt8]) throws(Problem) -> Bool {
        if try row(TombstoneRow.ofAccount, hash) != nil { return true }
        return try row(TombstoneRow.ofHandle, hash) != nil
    }

    // MARK: Prekeys

    /// The prekeys of a device that are replaced rather than used up.
    public func standingPreKeys(of device: DeviceAddress) throws(Problem) -> StandingPreKeys? {
        guard let number = try self.device(device)?.number else { return nil }
        return try row(StandingPreKeysRow.ofDevice, number)?.keys
    }

    /// X25519 keys that are left to hand out.
    public func oneTimePreKeyCount(of device: DeviceAddress) throws(Problem) -> Int {
        guard let number = try self.device(device)?.number else { return 0 }
        return try count(OneTimePreKeyRow.ofDevice, number)
    }

    /// ML-KEM keys that are left to hand out.
    public func kemOneTimePreKeyCount(of device: DeviceAddress) throws(Problem) -> Int {
        guard let number = try self.device(device)?.number else { return 0 }
        return try count(KEMOneTimePreKeyRow.ofDevice, number)
    }
}

extension Tables {
    /// Gives the device the store's next number, and an empty queue.
    public func insertDevice(_ row: DeviceRow) throws(Problem) {
        try change([.devices(row.address.account)]) { () throws(SQLiteError) in
            var row = row
            row.number = try nextNumber(DeviceRow.self)
            try connection.insert(row)
        }
        journal.note(.insertedQueue(row.address))
    }

    /// Replaces the row with the same address, which there is.
    public func updateDevice(_ row: DeviceRow) throws(Problem) {
        guard let before = try device(row.address) else { preconditionFailure("an update of no device") }
        try change([.devices(row.address.account)]) { () throws(SQLiteError) in
            var row = row
            row.number = before.number
            try connection.update(row)
        }
    }

    /// Removes a device with its tokens, prekeys and queue.
    public func removeDevice(_ address: DeviceAddress) throws(Problem) {
        let removed = try change([.devices(address.account)], growth: .nothing) {
            () throws(SQLiteError) -> QueueTail? in
            guard let queue = try queue(of: address) else { return nil }
            let device = queue.handle
            try connection.removeAll(TokenRow.ofDevice, Pair(address.account, address.device), limit: .max)
            try connection.remove(StandingPreKeysRow.ofDevice, device)
            try connection.removeAll(OneTimePreKeyRow.ofDevice, device, limit: .max)
            try connection.removeAll(KEMOneTimePreKeyRow.ofDevice, device, limit: .max)
            try connection.remove(CursorRow.ofDevice, device)
            try connection.remove(DeviceRow.byNumber, device)
            try connection.put(RemovedQueueRow(device: device))
            return queue
        }
        guard let removed else { return }
        removed.isRemoved = true
        journal.note(.removedQueue(removed))
    }

    /// Removes an account that has no device any more. Its memberships, media and reports stay for whoever removes
    /// them.
    public func removeAccount(_ account: AccountID) throws(Problem) {
        let devices = try devices(of: account)
        precondition(devices.isEmpty, "an account goes after its devices")
        try removeUse(of: account)
        try remove(AccountRow.byID, account)
    }

    /// Nothing is left of a removed account.
    public func forget(_ account: AccountID) throws(Problem) {
        try change([], growth: .nothing) { () throws(SQLiteError) in
            let name = account.bytes.array
            if let row = try connection.row(MediaTotalRow.byName, name), row.totals.count == 0 {
                try connection.remove(MediaTotalRow.byName, name)
            }
            try connection.remove(DoomedAccountRow.byID, account)
        }
    }

    /// Removes some of the rows that are about a deleted account, in every table that says so (``Erasure``).
    /// - Returns: how many, at most `limit`.
    public func eraseRows(of account: AccountID, limit: Int) throws(Problem) -> Int {
        try change([], growth: .nothing) { () throws(SQLiteError) in
            var left = max(0, limit)
            for table in StoreSchema.tables where left > 0 {
                guard case .byAccount(let index) = table.erasure else { continue }
                left -= try index.erase(account, connection, limit: left)
            }
            return max(0, limit) - left
        }
    }

    // MARK: Prekeys

    /// Inserts, or replaces what the device has.
    public func putStandingPreKeys(_ keys: StandingPreKeys, of device: DeviceAddress) throws(Problem) {
        try change([]) { () throws(SQLiteError) in
            try connection.put(StandingPreKeysRow(device: try handle(of: device), keys: keys))
        }
    }

    /// Adds keys; one whose id is stored already replaces it.
    public func addOneTimePreKeys(_ keys: [OneTimePreKeyPayload], of device: DeviceAddress) throws(Problem) {
        try change([]) { () throws(SQLiteError) in
            let handle = try handle(of: device)
            for key in keys { try connection.put(OneTimePreKeyRow(device: handle, id: key.id, key: key.key)) }
        }
    }

    /// The same of ML-KEM keys.
    public func addKEMOneTimePreKeys(_ keys: [KEMPreKeyPayload], of device: DeviceAddress) throws(Problem) {
        try change([]) { () throws(SQLiteError) in
            let handle = try handle(of: device)
            for key in keys { try connection.put(KEMOneTimePreKeyRow(device: handle, id: key.id, record: key)) }
        }
    }

    /// Removes and returns the key with the smallest id: it is never handed out again. A damaged one goes with those
    /// before it, and is not handed out.
    public func popOneTimePreKey(of device: DeviceAddress) throws(Problem) -> OneTimePreKeyPayload? {
        try pop(OneTimePreKeyRow.ofDevice, device).map { OneTimePreKeyPayload(id: $0.id, key: $0.key) }
    }

    /// The same of ML-KEM keys.
    public func popKEMOneTimePreKey(of device: DeviceAddress) throws(Problem) -> KEMPreKeyPayload? {
        try pop(KEMOneTimePreKeyRow.ofDevice, device)?.record
    }

    private func pop<Row>(_ index: Index<Row, Int64, UInt32>, _ device: DeviceAddress) throws(Problem) -> Row? {
        try change([]) { () throws(SQLiteError) -> Row? in
            guard let handle = try queue(of: device)?.handle else { return nil }
            while true {
                var popped: Row?
                let isLast = try connection.removeSome(index, handle, through: .max, limit: 1) { (row) in
                    popped = row
                } damaged: {
                    damage.found(table: Row.table.name)
                }
                if popped != nil || isLast { return popped }
            }
        }
    }

    private func handle(of device: DeviceAddress) throws(SQLiteError) -> Int64 {
        guard let queue = try queue(of: device) else { preconditionFailure("prekeys of no device") }
        return queue.handle
    }
}
