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

        init(fields: inout Fields) throws(WireError) {
            account = try fields.value("account")
            contact = try Contact(fields: &fields)
        }

        func write(fields writer: inout WireWriter) {
            writer.put("account", account)
            contact.write(fields: &writer)
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

    init(fields: inout Fields) throws(WireError) {
        _ = try fields.number("v", in: Self.version...Self.version)
        handle = try fields.value("handle")
        account = try fields.value("account")
        serverName = try fields.text("serverName", length: 1...253)
        accountSecret = try fields.bytes("accountSecret", count: 64)
        listBytes = try fields.bytes("list", count: 1...4096)
        contacts = try fields.list("contacts", count: 0...ClientLimits.backupContactsMax)
    }

    func write(fields writer: inout WireWriter) {
        writer.put("v", number: Self.version)
        writer.put("handle", handle)
        writer.put("account", account)
        writer.put("serverName", text: serverName)
        writer.put("accountSecret", bytes: accountSecret)
        writer.put("list", bytes: listBytes)
        writer.put("contacts", list: contacts)
    }

    /// - Throws: `WireError` for another version, and for what is not of this form.
    static func decode(_ bytes: [UInt8]) throws(WireError) -> BackupContent {
        try decode(bytes, in: WireContext(form: .cbor, refusesUnknownFields: false))
    }
}
