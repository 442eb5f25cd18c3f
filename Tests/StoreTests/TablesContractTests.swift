import Store
import Testing
import Wire

@Suite("Contract: the tables beside the log", .timeLimit(.minutes(10)))
struct TablesContractTests {
    @Test("accounts are found by id and by handle, and change", arguments: Engine.allCases)
    func accounts(_ engine: Engine) async throws {
        try await withStore(engine) { (store) in
            var row = try Sample.account(1)
            let first = row
            try await store.write { (tables) throws(Problem) in try tables.insert(first) }
            #expect(try await store.read { (tables) throws(Problem) in try tables.account(.number(1)) } == row)
            func account(_ handle: Handle) async throws -> AccountRow? {
                try await store.read { (tables) throws(Problem) in try tables.row(AccountRow.byHandle, handle) }
            }
            #expect(try await account(first.handle) == row)
            row.handle = try #require(Handle(text: "renamed"))
            row.listEpoch = 2
            row.nextDevice = DeviceID(7)
            row.deliveryTokenHash = [UInt8](repeating: 8, count: 32)
            let second = row
            try await store.write { (tables) throws(Problem) in
                try tables.update(second)
                #expect(try tables.account(.number(1)) == second)
            }
            #expect(try await account(second.handle) == row)
            #expect(try await account(first.handle) == nil)
            #expect(try await store.read { (tables) throws(Problem) in try tables.account(.number(2)) } == nil)
        }
    }

    @Test(
        "devices are listed by number and change; a removed one takes its belongings along", arguments: Engine.allCases)
    func devices(_ engine: Engine) async throws {
        try await withStore(engine) { (store) in
            try await store.register(accounts: 2)
            let third = try Sample.device(.number(1, device: 3))
            let second = try Sample.device(.number(1, device: 2))
            let later = Timestamp.start.adding(seconds: 1_000)
            try await store.write { (tables) throws(Problem) in
                try tables.insertDevice(third)
                try tables.insertDevice(second)
                try tables.insert(Sample.token(1, of: second.address, expiresAt: later))
                try tables.insert(Sample.token(2, of: third.address, expiresAt: later))
                try tables.putStandingPreKeys(Self.standing, of: second.address)
                try tables.addOneTimePreKeys([Self.oneTime(4)], of: second.address)
                try tables.addKEMOneTimePreKeys([Self.kem(4)], of: second.address)
                for client in 1...9 {
                    _ = try tables.append(Sample.envelope(client, to: [second.address, third.address]))
                }
            }
            func numbers() async throws -> [UInt32] {
                try await store.read { (tables) throws(Problem) in try tables.devices(of: .number(1)) }
                    .map(\.address.device.rawValue)
            }
            #expect(try await numbers() == [1, 2, 3])
            var seen = third
            seen.lastSeenDay = later
            let changed = seen
            try await store.write { (tables) throws(Problem) in try tables.updateDevice(changed) }
            let kept = try await store.read { (tables) throws(Problem) in try tables.device(third.address) }
            #expect(kept?.unnumbered == changed)

            try await store.write { (tables) throws(Problem) in
                try tables.removeDevice(second.address)
                #expect(try tables.queueState(of: second.address).head == QueueNumber(0))
                #expect(try tables.device(second.address) == nil)
            }
            #expect(try await numbers() == [1, 3])
            try await store.read { (tables) throws(Problem) in
                #expect(try tables.row(TokenRow.byHash, [UInt8](repeating: 1, count: 32)) == nil)
                #expect(try tables.row(TokenRow.byHash, [UInt8](repeating: 2, count: 32)) != nil)
                #expect(try tables.standingPreKeys(of: second.address) == nil)
                #expect(try tables.oneTimePreKeyCount(of: second.address) == 0)
                #expect(try tables.kemOneTimePreKeyCount(of: second.address) == 0)
            }
            #expect(try await store.drain(second.address).isEmpty)
            #expect(try await store.drain(third.address).count == 9)
            try await store.write { (tables) throws(Problem) in try tables.removeDevice(second.address) }
        }
    }

    @Test("tokens are found by hash, replaced, and ended by family", arguments: Engine.allCases)
    func tokens(_ engine: Engine) async throws {
        try await withStore(engine) { (store) in
            try await store.register(accounts: 1)
            let later = Timestamp.start.adding(seconds: 60)
            var spent = Sample.token(1, of: .number(1), expiresAt: later)
            spent.kind = .refresh
            spent.isSpent = true
            let changed = spent
            try await store.write { (tables) throws(Problem) in
                for number in 1...3 {
                    let family = UInt64(number == 3 ? 2 : 1)
                    try tables.insert(Sample.token(number, of: .number(1), family: family, expiresAt: later))
                }
                try tables.update(changed)
            }
            #expect(try await store.read { (tables) throws(Problem) in
                try tables.row(TokenRow.byHash, changed.hash)
            } == spent)
            try await store.write { (tables) throws(Problem) in
                try tables.removeAll(TokenRow.ofFamily, changed.family)
            }
            try await store.read { (tables) throws(Problem) in
                #expect(try tables.row(TokenRow.byHash, changed.hash) == nil)
                #expect(try tables.row(TokenRow.byHash, [UInt8](repeating: 2, count: 32)) == nil)
                #expect(try tables.row(TokenRow.byHash, [UInt8](repeating: 3, count: 32)) != nil)
            }
        }
    }

    @Test("an account has one backup, found by account and by id", arguments: Engine.allCases)
    func backups(_ engine: Engine) async throws {
        try await withStore(engine) { (store) in
            try await store.register(accounts: 2)
            @Sendable func row(_ account: Int, _ number: UInt8) -> BackupRow {
                BackupRow(
                    account: .number(account), id: BackupID(bytes: SixteenBytes(high: 4, low: UInt64(number))),
                    tokenHash: [UInt8](repeating: number, count: 32), revision: UInt64(number), updatedAt: .start,
                    digest: [UInt8](repeating: number, count: 32), blob: [UInt8](repeating: number, count: 100_000))
            }
            try await store.write { (tables) throws(Problem) in
                try tables.put(row(1, 1))
                try tables.put(row(2, 2))
                try tables.put(row(1, 3))
            }
            try await store.read { (tables) throws(Problem) in
                #expect(try tables.row(BackupRow.ofAccount, .number(1)) == row(1, 3))
                #expect(try tables.row(BackupRow.byID, row(1, 3).id) == row(1, 3))
                #expect(try tables.row(BackupRow.byID, row(1, 1).id) == nil, "the one before is gone")
                #expect(try tables.row(BackupRow.ofAccount, .number(2)) == row(2, 2))
                #expect(try tables.row(BackupRow.ofAccount, .number(9)) == nil)
            }
            try await store.write { (tables) throws(Problem) in
                try tables.remove(BackupRow.ofAccount, .number(1))
                try tables.remove(BackupRow.ofAccount, .number(9))
            }
            try await store.read { (tables) throws(Problem) in
                #expect(try tables.row(BackupRow.ofAccount, .number(1)) == nil)
                #expect(try tables.row(BackupRow.byID, row(1, 3).id) == nil)
            }
        }
    }

    @Test("invites, replies and settings are put, replaced and removed", arguments: Engine.allCases)
    func serversOwn(_ engine: Engine) async throws {
        try await withStore(engine) { (store) in
            let hash = [UInt8](repeating: 5, count: 32)
            let later = Timestamp.start.adding(seconds: 60)
            try await store.write { (tables) throws(Problem) in
                try tables.put(InviteRow(hash: hash, usesLeft: 3, expiresAt: later))
                try tables.put(InviteRow(hash: hash, usesLeft: 2, expiresAt: later))
                try tables.put(
                    SavedReply(
                        key: [1], requestDigest: hash, body: [], expiresAt: later))
                try tables.put(
                    SavedReply(
                        key: [1], requestDigest: hash, body: [1, 2], expiresAt: later))
                try tables.put(SettingRow(name: "name", value: [1]))
                try tables.put(SettingRow(name: "name", value: []))
            }
            try await store.read { (tables) throws(Problem) in
                #expect(try tables.row(InviteRow.byHash, hash)?.usesLeft == 2)
                #expect(try tables.row(SavedReply.byKey, [1])?.body == [1, 2])
                #expect(try tables.row(SavedReply.byKey, [2]) == nil)
                #expect(try tables.row(SettingRow.byName, "name")?.value == [])
                #expect(try tables.row(SettingRow.byName, "other")?.value == nil)
            }
            try await store.write { (tables) throws(Problem) in try tables.remove(InviteRow.byHash, hash) }
            #expect(try await store.read { (tables) throws(Problem) in try tables.row(InviteRow.byHash, hash) } == nil)
        }
    }

    @Test("prekeys are added, replaced by id, and handed out smallest first", arguments: Engine.allCases)
    func preKeys(_ engine: Engine) async throws {
        try await withStore(engine) { (store) in
            try await store.register(accounts: 1)
            let device = DeviceAddress.number(1)
            try await store.write { (tables) throws(Problem) in
                try tables.putStandingPreKeys(Self.standing, of: device)
                try tables.addOneTimePreKeys([Self.oneTime(9), Self.oneTime(3), Self.oneTime(5)], of: device)
                let other = OneTimePreKeyPayload(id: 3, key: [UInt8](repeating: 1, count: 32))
                try tables.addOneTimePreKeys([other], of: device)
                try tables.addKEMOneTimePreKeys([Self.kem(UInt32.max), Self.kem(2)], of: device)
            }
            try await store.read { (tables) throws(Problem) in
                #expect(try tables.standingPreKeys(of: device) == Self.standing)
                #expect(try tables.oneTimePreKeyCount(of: device) == 3)
                #expect(try tables.kemOneTimePreKeyCount(of: device) == 2)
            }
            try await store.write { (tables) throws(Problem) in
                let first = try tables.popOneTimePreKey(of: device)
                #expect(first == OneTimePreKeyPayload(id: 3, key: [UInt8](repeating: 1, count: 32)))
                #expect(try tables.popOneTimePreKey(of: device) == Self.oneTime(5))
                #expect(try tables.popOneTimePreKey(of: device) == Self.oneTime(9))
                #expect(try tables.popOneTimePreKey(of: device) == nil)
                #expect(try tables.popKEMOneTimePreKey(of: device) == Self.kem(2))
                #expect(try tables.popKEMOneTimePreKey(of: device) == Self.kem(UInt32.max))
                #expect(try tables.popKEMOneTimePreKey(of: device) == nil)
                #expect(try tables.popOneTimePreKey(of: .number(8)) == nil)
            }
        }
    }

    @Test(
        "a thousand claims at once on a hundred prekeys hand out a hundred different ones", arguments: Engine.allCases)
    func parallelClaims(_ engine: Engine) async throws {
        try await withStore(engine) { (store) in
            try await store.register(accounts: 1)
            try await store.write { (tables) throws(Problem) in
                try tables.addOneTimePreKeys((1...100).map { Self.oneTime($0) }, of: .number(1))
                try tables.addKEMOneTimePreKeys((1...100).map { Self.kem($0) }, of: .number(1))
            }
            let claimed = try await withThrowingTaskGroup(of: (UInt32?, UInt32?).self) { (group) in
                for index in 0..<1_000 {
                    group.addTask {
                        try await store.write(checksFirst: index.isMultiple(of: 2)) { (tables) throws(Problem) in
                            (try tables.popOneTimePreKey(of: .number(1))?.id,
                                try tables.popKEMOneTimePreKey(of: .number(1))?.id)
                        }
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(claimed.compactMap(\.0).sorted() == Array(1...100))
            #expect(claimed.compactMap(\.1).sorted() == Array(1...100))
        }
    }

    @Test("conversations change, but a dm stays one for each pair", arguments: Engine.allCases)
    func conversations(_ engine: Engine) async throws {
        try await withStore(engine) { (store) in
            try await store.register(accounts: 2)
            var group = Sample.group(1, mode: .sealed)
            let inserted = group
            try await store.write { (tables) throws(Problem) in
                try tables.insertConversation(inserted)
                try tables.insertConversation(Sample.dm(2, 2, 1))
                #expect(try tables.conversation(.number(1))?.unnumbered == inserted)
            }
            group.memberCount = 4
            group.sealedName = [9]
            let updated = group
            try await store.write { (tables) throws(Problem) in try tables.updateConversation(updated) }
            for pair in [DMPair(.number(1), .number(2)), DMPair(.number(2), .number(1))] {
                let found = try await store.read { (tables) throws(Problem) in try tables.dm(between: pair) }
                #expect(found == .number(2))
            }
            try await store.read { (tables) throws(Problem) in
                #expect(try tables.conversation(.number(1))?.unnumbered == updated)
                #expect(try tables.conversation(.number(2))?.unnumbered == Sample.dm(2, 1, 2))
                #expect(try tables.conversation(.number(3)) == nil)
                #expect(try tables.dm(between: DMPair(.number(1), .number(3))) == nil)
            }
        }
    }

    @Test("members and memberships are paged in the order of their ids", arguments: Engine.allCases)
    func members(_ engine: Engine) async throws {
        try await withStore(engine) { (store) in
            // Ids whose order as numbers, as text and as signed integers differ.
            let ids = [SixteenBytes(high: 0, low: 5), SixteenBytes(high: 1, low: 0), SixteenBytes(high: 1, low: .max),
                SixteenBytes(high: 1 << 63, low: 0), SixteenBytes(high: .max, low: 1)]
            var accounts: [AccountRow] = []
            for (index, id) in ids.enumerated() {
                let sample = try Sample.account(index)
                accounts.append(
                    AccountRow(
                        account: AccountID(bytes: id), handle: sample.handle, identity: sample.identity,
                        createdAt: .start, listEpoch: 1, listSignature: sample.listSignature, nextDevice: DeviceID(1)))
            }
            let rows = accounts
            try await store.write { (tables) throws(Problem) in
                for row in rows.shuffled() { try tables.insert(row) }
                for id in ids.shuffled() {
                    var conversation = Sample.group(1)
                    conversation.conversation = ConversationID(bytes: id)
                    try tables.insertConversation(conversation)
                    for member in ids.shuffled() {
                        try tables.put(
                            MemberRow(conversation: ConversationID(bytes: id), account: AccountID(bytes: member),
                                role: member == id ? .owner : .member, joinedAt: .start,
                                    checkpoint: SequenceNumber(member.low >> 12), addedBy: AccountID(bytes: member)))
                    }
                }
            }
            try await store.read { (tables) throws(Problem) in
                let conversation = ConversationID(bytes: ids[2])
                let account = AccountID(bytes: ids[2])
                var after: AccountID?
                var seen: [SixteenBytes] = []
                while let last = try tables.rows(MemberRow.ofConversation, conversation, after: after, limit: 2).last {
                    seen += try tables.rows(MemberRow.ofConversation, conversation, after: after,
                        limit: 2).map(\.account.bytes)
                    after = last.account
                }
                #expect(seen == ids)
                var afterConversation: ConversationID?
                seen = []
                while let last = try tables.rows(MemberRow.ofAccount, account, after: afterConversation,
                    limit: 3).last {
                    seen += try tables.rows(MemberRow.ofAccount, account, after: afterConversation, limit: 3)
                        .map(\.conversation.bytes)
                    afterConversation = last.conversation
                }
                #expect(seen == ids)
                #expect(try tables.count(MemberRow.ofRole, conversation, .owner) == 1)
                #expect(try tables.member(account, of: conversation)?.role == .owner)
                #expect(try tables.rows(MemberRow.ofConversation, conversation, limit: 0).isEmpty)
            }
            try await store.write { (tables) throws(Problem) in
                let conversation = ConversationID(bytes: ids[2])
                try tables.remove(MemberRow.byID, conversation, AccountID(bytes: ids[2]))
                try tables.remove(MemberRow.byID, conversation, AccountID(bytes: ids[2]))
                #expect(try tables.count(MemberRow.ofRole, conversation, .owner) == 0)
                #expect(try tables.member(AccountID(bytes: ids[2]), of: conversation) == nil)
                var other = try tables.member(AccountID(bytes: ids[0]), of: conversation)
                other?.role = .admin
                if let other { try tables.put(other) }
                let roles = try tables.rows(MemberRow.ofConversation, conversation, limit: 9).map(\.role)
                #expect(roles == [.admin, .member, .member, .member])
            }
        }
    }

    @Test("what has run out goes, a bounded number at a time", arguments: Engine.allCases)
    func expiry(_ engine: Engine) async throws {
        try await withStore(engine) { (store) in
            try await store.register(accounts: 2)
            let soon = Timestamp.start.adding(seconds: 10)
            let late = Timestamp.start.adding(seconds: 100 * 86_400)
            try await store.write { (tables) throws(Problem) in
                try tables.insertConversation(Sample.group(1))
                for number in 1...6 {
                    try tables.insert(Sample.token(number, of: .number(1), expiresAt: number > 4 ? late : soon))
                }
                try tables.put(InviteRow(hash: [1], usesLeft: 1, expiresAt: soon))
                try tables.put(
                    SavedReply(
                        key: [1], requestDigest: [], body: [1], expiresAt: soon))
                for client in 1...10 {
                    let time = client > 7 ? Timestamp.start.adding(seconds: 10 * 86_400) : .start
                    _ = try tables.append(Sample.envelope(client, to: [.number(2)], at: time))
                    _ = try tables.append(Sample.post(100 + client, in: 1, at: time))
                }
            }
            func sweep(_ now: Timestamp, limit: Int) async throws -> Int {
                try await store.write { (tables) throws(Problem) in try tables.removeExpired(now: now, limit: limit) }
            }
            #expect(try await sweep(.start, limit: 100) == 0)
            #expect(try await sweep(soon, limit: 5) == 5)
            #expect(try await sweep(soon, limit: 5) == 1)
            #expect(try await sweep(soon, limit: 5) == 0)
            let old = Timestamp.start.adding(seconds: 46 * 86_400)
            var goneCount = 0
            for _ in 0..<20 { goneCount += try await sweep(old, limit: 2) }
            #expect(goneCount == 7)
            #expect(try await store.drain(.number(2)).compactMap { $0.number?.rawValue } == [8, 9, 10])
            #expect(
                try await store.queueState(.number(2))
                    == QueueState(head: QueueNumber(10), deliveredThrough: QueueNumber(7), count: 3))
            #expect(try await store.entries(1, .newest, limit: 20).count == 10)
            #expect(
                try await store.read { (tables) throws(Problem) in
                    try tables.row(TokenRow.byHash, [UInt8](repeating: 5, count: 32))
                } != nil)
        }
    }

    static let standing = StandingPreKeys(
        signedPreKey: SignedPreKeyPayload(
            id: 1, key: [UInt8](repeating: 1, count: 32), createdAt: .start,
            signature: [UInt8](repeating: 2, count: 64)),
        lastResortPreKey: nil, kemLastResortPreKey: kem(3))

    static func oneTime(_ id: UInt32) -> OneTimePreKeyPayload {
        OneTimePreKeyPayload(id: id, key: [UInt8](repeating: UInt8(truncatingIfNeeded: id), count: 32))
    }

    static func kem(_ id: UInt32) -> KEMPreKeyPayload {
        KEMPreKeyPayload(
            id: id, key: [UInt8](repeating: UInt8(truncatingIfNeeded: id), count: 1_184),
            signature: [UInt8](repeating: 3, count: 64))
    }
}
