import Store
import Wire

extension ReadTables {
    func storedAccount(_ account: AccountID) throws(Problem) -> AccountRow? {
        try connection.first(
            """
            SELECT account, handle, signing_key, agreement_key, created_at, list_epoch, list_signature, next_device,
                delivery_token
            FROM account WHERE account = ?
            """, .id(account), read: Self.accountRow)
    }

    func account(handle: Handle) throws(Problem) -> AccountRow? {
        try connection.first(
            """
            SELECT account, handle, signing_key, agreement_key, created_at, list_epoch, list_signature, next_device,
                delivery_token
            FROM account WHERE handle = ?
            """, .text(handle.text), read: Self.accountRow)
    }

    func storedDevices(of account: AccountID) throws(Problem) -> [DeviceRow] {
        try connection.rows(
            """
            SELECT device, registration, signing_key, agreement_key, linked_at, last_seen_day
            FROM device WHERE account = ? ORDER BY device
            """, .id(account)
        ) { Self.deviceRow($0, account) }
    }

    func device(_ address: DeviceAddress) throws(Problem) -> DeviceRow? {
        try devices(of: address.account).first { $0.address == address }
    }

    func token(hash: [UInt8]) throws(Problem) -> TokenRow? {
        try connection.first(
            "SELECT kind, account, device, expires_at, family, is_spent FROM token WHERE hash = ?", .blob(hash)
        ) { (row) in
            guard let kind = row.text(0).flatMap({ TokenRow.Kind(rawValue: $0) }), let account = row.id(1),
                let family = row.id(4)
            else { return nil }
            let device = DeviceID(UInt32(truncatingIfNeeded: row.integer(2)))
            return TokenRow(
                hash: hash, kind: kind, address: DeviceAddress(account: AccountID(bytes: account), device: device),
                expiresAt: row.time(3), family: family, isSpent: row.integer(5) != 0)
        }
    }

    func invite(hash: [UInt8]) throws(Problem) -> InviteRow? {
        try connection.first("SELECT uses_left, expires_at FROM invite WHERE hash = ?", .blob(hash)) { (row) in
            InviteRow(hash: hash, usesLeft: row.number(0), expiresAt: row.time(1))
        }
    }

    // MARK: Prekeys

    func standingPreKeys(of device: DeviceAddress) throws(Problem) -> StandingPreKeys? {
        try connection.first(
            """
            SELECT p.signed, p.last_resort, p.kem_last_resort
            FROM device d JOIN standing_prekeys p ON p.device = d.number
            WHERE d.account = ? AND d.device = ?
            """, .id(device.account), .integer(Int64(device.device.rawValue))
        ) { (row) in
            guard let signed = Self.record(row.bytes(0), as: SignedPreKeyPayload.self) else { return nil }
            return StandingPreKeys(
                signedPreKey: signed, lastResortPreKey: row.bytesIfPresent(1).flatMap { Self.record($0) },
                kemLastResortPreKey: row.bytesIfPresent(2).flatMap { Self.record($0) })
        }
    }

    func oneTimePreKeyCount(of device: DeviceAddress) throws(Problem) -> Int {
        try connection.first(
            """
            SELECT count(*) FROM one_time_prekey
            WHERE device = (SELECT number FROM device WHERE account = ? AND device = ?)
            """, .id(device.account), .integer(Int64(device.device.rawValue))
        ) { Int($0.integer(0)) } ?? 0
    }

    func kemOneTimePreKeyCount(of device: DeviceAddress) throws(Problem) -> Int {
        try connection.first(
            """
            SELECT count(*) FROM kem_one_time_prekey
            WHERE device = (SELECT number FROM device WHERE account = ? AND device = ?)
            """, .id(device.account), .integer(Int64(device.device.rawValue))
        ) { Int($0.integer(0)) } ?? 0
    }

    // MARK: The server's own

    func savedReply(key: [UInt8]) throws(Problem) -> SavedReply? {
        try connection.first("SELECT request, status, body, expires_at FROM saved_reply WHERE key = ?", .blob(key)) {
            SavedReply(requestDigest: $0.bytes(0), status: $0.number(1), body: $0.bytes(2), expiresAt: $0.time(3))
        }
    }

    func setting(_ name: String) throws(Problem) -> [UInt8]? {
        try connection.first("SELECT value FROM setting WHERE name = ?", .text(name)) { $0.bytes(0) }
    }

    // MARK: Details

    static func record<T: WireRecord>(_ bytes: [UInt8], as type: T.Type = T.self) -> T? {
        try? T.decode(bytes, in: WireContext(form: .cbor, refusesUnknownFields: false))
    }

    static func accountRow(_ row: Statement) -> AccountRow? {
        guard let account = row.id(0), let handle = row.text(1).flatMap({ Handle(text: $0) }) else { return nil }
        return AccountRow(
            account: AccountID(bytes: account), handle: handle,
            identity: IdentityPayload(signingKey: row.bytes(2), agreementKey: row.bytes(3)), createdAt: row.time(4),
            listEpoch: row.number(5), listSignature: row.bytes(6),
            nextDevice: DeviceID(UInt32(truncatingIfNeeded: row.integer(7))), deliveryTokenHash: row.bytesIfPresent(8))
    }

    private static func deviceRow(_ row: Statement, _ account: AccountID) -> DeviceRow? {
        guard let registration = RegistrationID(UInt32(truncatingIfNeeded: row.integer(1))) else { return nil }
        let device = DeviceID(UInt32(truncatingIfNeeded: row.integer(0)))
        return DeviceRow(
            address: DeviceAddress(account: account, device: device), registrationID: registration,
            identity: IdentityPayload(signingKey: row.bytes(2), agreementKey: row.bytes(3)), linkedAt: row.time(4),
            lastSeenDay: row.isNull(5) ? nil : row.time(5))
    }
}
