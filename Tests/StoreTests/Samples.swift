import Store
import Wire

// Rows to put into a store. Everything is made from small numbers, so that a failure prints something readable.

extension AccountID {
    static func number(_ number: Int) -> AccountID { AccountID(bytes: SixteenBytes(high: 1, low: UInt64(number))) }
}

extension ConversationID {
    static func number(_ number: Int) -> ConversationID {
        ConversationID(bytes: SixteenBytes(high: 2, low: UInt64(number)))
    }
}

extension ClientID {
    static func number(_ number: Int) -> ClientID { ClientID(bytes: SixteenBytes(high: 3, low: UInt64(number))) }
}

extension DeviceAddress {
    /// Device `device` of account `account`.
    static func number(_ account: Int, device: UInt32 = 1) -> DeviceAddress {
        DeviceAddress(account: .number(account), device: DeviceID(device))
    }
}

extension Timestamp {
    static let start = Timestamp(milliseconds: 1_795_000_000_000)
}

enum Sample {
    static func identity(_ number: Int) -> IdentityPayload {
        let byte = UInt8(truncatingIfNeeded: number)
        return IdentityPayload(
            signingKey: [UInt8](repeating: byte, count: 32), agreementKey: [UInt8](repeating: byte ^ 0xFF, count: 32))
    }

    static func account(_ number: Int) throws -> AccountRow {
        guard let handle = Handle(text: "account-\(number)") else { throw Problem(.malformed, "a bad sample") }
        return AccountRow(
            account: .number(number), handle: handle, identity: identity(number), createdAt: .start, listEpoch: 1,
            listSignature: [UInt8](repeating: 7, count: 64), nextDevice: DeviceID(2))
    }

    static func device(_ address: DeviceAddress) throws -> DeviceRow {
        guard let registration = RegistrationID(UInt32(100 + address.device.rawValue)) else {
            throw Problem(.malformed, "a bad sample")
        }
        return DeviceRow(
            address: address, registrationID: registration, identity: identity(Int(address.device.rawValue)),
            linkedAt: .start, lastSeenDay: nil)
    }

    static func token(_ number: Int, of address: DeviceAddress, family: UInt64 = 1, expiresAt: Timestamp) -> TokenRow {
        TokenRow(
            hash: [UInt8](repeating: UInt8(number), count: 32), kind: .access, address: address, expiresAt: expiresAt,
            family: SixteenBytes(high: 9, low: family), isSpent: false)
    }

    static func group(_ number: Int, mode: ConversationMode = .open) -> ConversationRow {
        ConversationRow(
            conversation: .number(number), kind: .group, mode: mode, title: mode == .open ? "Group \(number)" : nil,
            sealedName: mode == .sealed ? [1, 2, 3] : nil, createdAt: .start, memberCount: 0, pair: nil)
    }

    static func dm(_ number: Int, _ one: Int, _ other: Int) -> ConversationRow {
        ConversationRow(
            conversation: .number(number), kind: .dm, mode: .sealed, title: nil, sealedName: nil, createdAt: .start,
            memberCount: 2, pair: DMPair(.number(one), .number(other)))
    }

    static func member(_ account: Int, of conversation: Int, role: Role = .member) -> MemberRow {
        MemberRow(
            conversation: .number(conversation), account: .number(account), role: role, joinedAt: .start,
            checkpoint: SequenceNumber(0), addedBy: .number(account))
    }

    /// A send from account 1's first device, unless told otherwise.
    static func envelope(
        _ client: Int, to recipients: [DeviceAddress], from sender: DeviceAddress? = .number(1),
        conversation: Int? = nil, at time: Timestamp = .start, body: [UInt8]? = nil
    ) -> EnvelopeDraft {
        EnvelopeDraft(
            time: time, sender: sender, clientID: .number(client), kind: .message, isUrgent: client.isMultiple(of: 2),
            conversation: conversation.map { .number($0) },
            commitment: client.isMultiple(of: 3) ? [UInt8](repeating: UInt8(client & 0xFF), count: 32) : nil,
            copies: recipients.enumerated().map { (index, recipient) in
                .init(recipient: recipient, body: body ?? Sample.body(client, index))
            })
    }

    /// Tells which send and which copy it belongs to.
    static func body(_ client: Int, _ copy: Int = 0) -> [UInt8] {
        Array("send \(client), copy \(copy)".utf8)
    }

    static func post(
        _ client: Int, in conversation: Int, from sender: DeviceAddress = .number(1), at time: Timestamp = .start
    ) -> EntryDraft {
        EntryDraft(
            time: time, conversation: .number(conversation), sender: sender, clientID: .number(client),
            event: .message(.init(clientID: .number(client), text: "post \(client)", body: nil)))
    }
}

extension Store {
    /// Accounts 1 to `count` with one device each.
    func register(accounts count: Int) async throws {
        for number in 1...count {
            let account = try Sample.account(number)
            let device = try Sample.device(.number(number))
            try await write { (tables) throws(Problem) in
                try tables.insert(account)
                try tables.insertDevice(device)
            }
        }
    }

    func append(_ draft: EnvelopeDraft) async throws -> AppendedEnvelopes {
        try await write(checksFirst: true) { (tables) throws(Problem) in try tables.append(draft) }
    }

    func append(_ draft: EntryDraft) async throws -> AppendedEntry {
        try await write(checksFirst: true) { (tables) throws(Problem) in try tables.append(draft) }
    }

    func trim(_ device: DeviceAddress, through number: UInt64) async throws {
        try await write(checksFirst: true) { (tables) throws(Problem) in
            try tables.trimQueue(of: device, through: QueueNumber(number))
        }
    }

    /// Everything that waits for a device, page by page.
    func drain(_ device: DeviceAddress, pageItems: Int = 50) async throws -> [Envelope] {
        var all: [Envelope] = []
        while true {
            let last = all.last?.number ?? QueueNumber(0)
            let page = try await read { (tables) throws(Problem) in
                try tables.envelopes(for: device, after: last, limit: pageItems, byteCountMax: 1 << 20)
            }
            if page.isEmpty { return all }
            all += page
        }
    }

    func queueState(_ device: DeviceAddress) async throws -> QueueState {
        try await read { (tables) throws(Problem) in try tables.queueState(of: device) }
    }

    func entries(_ conversation: Int, _ range: LogRange, limit: Int) async throws -> [LogEntry] {
        try await read { (tables) throws(Problem) in
            try tables.entries(of: .number(conversation), range, limit: limit)
        }
    }

    func accepted(_ client: Int, from sender: DeviceAddress = .number(1)) async throws -> AcceptedRow? {
        try await read { (tables) throws(Problem) in try tables.accepted(from: sender, clientID: .number(client)) }
    }
}

extension ConversationRow {
    /// As it was before the store gave it a number.
    var unnumbered: ConversationRow {
        var row = self
        row.number = 0
        return row
    }
}

extension DeviceRow {
    /// As it was before the store gave it a number.
    var unnumbered: DeviceRow {
        var row = self
        row.number = 0
        return row
    }
}
