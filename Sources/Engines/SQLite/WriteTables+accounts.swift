import Store
import Wire

extension WriteTables {
    // MARK: Accounts and devices

    func insertAccount(_ row: AccountRow) throws(Problem) {
        try willWrite()
        try connection.run(
            """
            INSERT INTO account (account, handle, signing_key, agreement_key, created_at, list_epoch, list_signature,
                next_device, delivery_token) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
            """, .id(row.account), .text(row.handle.text), .blob(row.identity.signingKey),
            .blob(row.identity.agreementKey), .time(row.createdAt), .number(row.listEpoch), .blob(row.listSignature),
            .integer(Int64(row.nextDevice.rawValue)), .blob(row.deliveryTokenHash))
        wrote(.account(row.account))
    }

    func updateAccount(_ row: AccountRow) throws(Problem) {
        try willWrite()
        let updated = try connection.rows(
            """
            UPDATE account SET handle = ?, signing_key = ?, agreement_key = ?, created_at = ?, list_epoch = ?,
                list_signature = ?, next_device = ?, delivery_token = ? WHERE account = ? RETURNING 1
            """, .text(row.handle.text), .blob(row.identity.signingKey), .blob(row.identity.agreementKey),
            .time(row.createdAt), .number(row.listEpoch), .blob(row.listSignature),
            .integer(Int64(row.nextDevice.rawValue)), .blob(row.deliveryTokenHash), .id(row.account)) { $0.integer(0) }
        precondition(updated.count == 1, "an update of no account")
        wrote(.account(row.account))
    }

    func insertDevice(_ row: DeviceRow) throws(Problem) {
        try willWrite()
        let owner = try account(row.address.account)
        precondition(owner != nil, "a device of no account")
        try connection.run(
            """
            INSERT INTO device (account, device, registration, signing_key, agreement_key, linked_at, last_seen_day)
            VALUES (?, ?, ?, ?, ?, ?, ?)
            """, .id(row.address.account), .integer(Int64(row.address.device.rawValue)),
            .integer(Int64(row.registrationID.rawValue)), .blob(row.identity.signingKey),
            .blob(row.identity.agreementKey), .time(row.linkedAt), row.lastSeenDay.map { .time($0) } ?? .null)
        wrote(.devices(row.address.account))
        journal.note(.insertedQueue(row.address))
    }

    func updateDevice(_ row: DeviceRow) throws(Problem) {
        try willWrite()
        let updated = try connection.rows(
            """
            UPDATE device SET registration = ?, signing_key = ?, agreement_key = ?, linked_at = ?, last_seen_day = ?
            WHERE account = ? AND device = ? RETURNING 1
            """, .integer(Int64(row.registrationID.rawValue)), .blob(row.identity.signingKey),
            .blob(row.identity.agreementKey), .time(row.linkedAt), row.lastSeenDay.map { .time($0) } ?? .null,
            .id(row.address.account), .integer(Int64(row.address.device.rawValue))) { $0.integer(0) }
        precondition(updated.count == 1, "an update of no device")
        wrote(.devices(row.address.account))
    }

    func removeDevice(_ address: DeviceAddress) throws(Problem) {
        try willWrite()
        guard let queue = try queue(of: address) else { return }
        let device = SQLValue.integer(queue.handle)
        try connection.run(
            "DELETE FROM token WHERE account = ? AND device = ?", .id(address.account),
            .integer(Int64(address.device.rawValue)))
        try connection.run("DELETE FROM standing_prekeys WHERE device = ?", device)
        try connection.run("DELETE FROM one_time_prekey WHERE device = ?", device)
        try connection.run("DELETE FROM kem_one_time_prekey WHERE device = ?", device)
        try connection.run("DELETE FROM cursor WHERE device = ?", device)
        try connection.run("DELETE FROM device WHERE number = ?", device)
        try connection.run("INSERT INTO removed_queue (device) VALUES (?)", device)
        wrote(.devices(address.account))
        queue.isRemoved = true
        journal.note(.removedQueue(queue))
    }

    func insertToken(_ row: TokenRow) throws(Problem) {
        try willWrite()
        let owner = try queue(of: row.address)
        precondition(owner != nil, "a token of no device")
        try connection.run(
            """
            INSERT INTO token (hash, kind, account, device, expires_at, family, is_spent) VALUES (?, ?, ?, ?, ?, ?, ?)
            """, .blob(row.hash), .text(row.kind.rawValue), .id(row.address.account),
            .integer(Int64(row.address.device.rawValue)), .time(row.expiresAt), .id(row.family),
            .integer(row.isSpent ? 1 : 0))
    }

    func updateToken(_ row: TokenRow) throws(Problem) {
        try willWrite()
        let updated = try connection.rows(
            """
            UPDATE token SET kind = ?, account = ?, device = ?, expires_at = ?, family = ?, is_spent = ?
            WHERE hash = ? RETURNING 1
            """, .text(row.kind.rawValue), .id(row.address.account), .integer(Int64(row.address.device.rawValue)),
            .time(row.expiresAt), .id(row.family), .integer(row.isSpent ? 1 : 0), .blob(row.hash)) { $0.integer(0) }
        precondition(updated.count == 1, "an update of no token")
    }

    func removeTokens(family: SixteenBytes) throws(Problem) {
        try willWrite()
        try connection.run("DELETE FROM token WHERE family = ?", .id(family))
    }

    func putInvite(_ row: InviteRow) throws(Problem) {
        try willWrite()
        try connection.run(
            "INSERT OR REPLACE INTO invite (hash, uses_left, expires_at) VALUES (?, ?, ?)", .blob(row.hash),
            .number(row.usesLeft), .time(row.expiresAt))
    }

    func removeInvite(hash: [UInt8]) throws(Problem) {
        try willWrite()
        try connection.run("DELETE FROM invite WHERE hash = ?", .blob(hash))
    }

    // MARK: Prekeys

    func putStandingPreKeys(_ keys: StandingPreKeys, of device: DeviceAddress) throws(Problem) {
        try willWrite()
        try connection.run(
            """
            INSERT OR REPLACE INTO standing_prekeys (device, signed, last_resort, kem_last_resort) VALUES (?, ?, ?, ?)
            """, .integer(try handle(of: device)), .blob(keys.signedPreKey.encoded(as: .cbor)),
            .blob(keys.lastResortPreKey?.encoded(as: .cbor)), .blob(keys.kemLastResortPreKey?.encoded(as: .cbor)))
    }

    func addOneTimePreKeys(_ keys: [OneTimePreKeyPayload], of device: DeviceAddress) throws(Problem) {
        try willWrite()
        let handle = try handle(of: device)
        for key in keys {
            try connection.run(
                "INSERT OR REPLACE INTO one_time_prekey (device, id, key) VALUES (?, ?, ?)", .integer(handle),
                .integer(Int64(key.id)), .blob(key.key))
        }
    }

    func addKEMOneTimePreKeys(_ keys: [KEMPreKeyPayload], of device: DeviceAddress) throws(Problem) {
        try willWrite()
        let handle = try handle(of: device)
        for key in keys {
            try connection.run(
                "INSERT OR REPLACE INTO kem_one_time_prekey (device, id, record) VALUES (?, ?, ?)", .integer(handle),
                .integer(Int64(key.id)), .blob(key.encoded(as: .cbor)))
        }
    }

    func popOneTimePreKey(of device: DeviceAddress) throws(Problem) -> OneTimePreKeyPayload? {
        try willWrite()
        guard let queue = try queue(of: device) else { return nil }
        return try connection.rows(
            """
            DELETE FROM one_time_prekey WHERE device = ?1
                AND id = (SELECT min(id) FROM one_time_prekey WHERE device = ?1) RETURNING id, key
            """, .integer(queue.handle)
        ) { OneTimePreKeyPayload(id: UInt32(truncatingIfNeeded: $0.integer(0)), key: $0.bytes(1)) }.first
    }

    func popKEMOneTimePreKey(of device: DeviceAddress) throws(Problem) -> KEMPreKeyPayload? {
        try willWrite()
        guard let queue = try queue(of: device) else { return nil }
        return try connection.rows(
            """
            DELETE FROM kem_one_time_prekey WHERE device = ?1
                AND id = (SELECT min(id) FROM kem_one_time_prekey WHERE device = ?1) RETURNING record
            """, .integer(queue.handle)
        ) { Self.record($0.bytes(0), as: KEMPreKeyPayload.self) }.first
    }

    private func handle(of device: DeviceAddress) throws(Problem) -> Int64 {
        guard let queue = try queue(of: device) else { preconditionFailure("prekeys of no device") }
        return queue.handle
    }

    // MARK: The server's own

    func saveReply(_ reply: SavedReply, key: [UInt8]) throws(Problem) {
        try willWrite()
        try connection.run(
            "INSERT OR REPLACE INTO saved_reply (key, request, status, body, expires_at) VALUES (?, ?, ?, ?, ?)",
            .blob(key), .blob(reply.requestDigest), .number(reply.status), .blob(reply.body), .time(reply.expiresAt))
    }

    func putSetting(_ name: String, _ value: [UInt8]) throws(Problem) {
        try willWrite()
        try connection.run("INSERT OR REPLACE INTO setting (name, value) VALUES (?, ?)", .text(name), .blob(value))
    }
}
