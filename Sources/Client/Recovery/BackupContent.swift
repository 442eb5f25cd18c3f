import Keys
import Wire

/// What a backup holds (docs/protocol/recovery.md, "Backup"): the account and whom it knows, no session, no message.
struct BackupContent: WireRecord, Equatable {
    private static let version: UInt64 = 1

    struct KnownAccount: WireRecord, Equatable {
        var account: AccountID
        var contact: Contact

        init(account: AccountID, contact: Contact) {
            self.account = account
            self.contact = contact
        }

        init(fields: inout Fields<Self>) throws(WireError) {
            account = try fields.value("account", \.account)
            contact = try fields.embedded(\.contact)
        }
    }

    var handle: Handle
    var account: AccountID
    var serverName: String
    var accountSecret: [UInt8]
    /// ``VerifiedDeviceList/bytes`` of the account's own.
    var listBytes: [UInt8]
    var contacts: [KnownAccount]

    init(
        handle: Handle, account: AccountID, serverName: String, accountSecret: [UInt8], listBytes: [UInt8],
        contacts: [KnownAccount]
    ) {
        self.handle = handle
        self.account = account
        self.serverName = serverName
        self.accountSecret = accountSecret
        self.listBytes = listBytes
        self.contacts = contacts
    }

    init(fields: inout Fields<Self>) throws(WireError) {
        try fields.constant("v", number: Self.version)
        handle = try fields.value("handle", \.handle)
        account = try fields.value("account", \.account)
        serverName = try fields.text("serverName", \.serverName, length: 1...253)
        accountSecret = try fields.bytes("accountSecret", \.accountSecret, count: 64)
        listBytes = try fields.bytes("list", \.listBytes, count: 1...4096)
        contacts = try fields.list("contacts", \.contacts, count: 0...ClientLimits.backupContactsMax)
    }

    /// - Throws: `WireError` for another version, and for what is not of this form.
    static func decode(_ bytes: [UInt8]) throws(WireError) -> BackupContent {
        try decode(bytes, in: WireContext(form: .cbor, refusesUnknownFields: false))
    }
}
