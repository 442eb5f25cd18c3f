import Store
import Wire

/// What must hold when the server is back, and at the end.
extension Simulation {
    /// Holds what a restarted server has against the model; what nobody promised to keep is taken over.
    func recovered(_ server: SteppedServer) throws {
        try server.house.look { (tables) in
            for (address, queue) in model.queues {
                let state = try tables.queueState(of: address)
                // Acknowledgements that were not flushed are gone: their envelopes come again, under their numbers.
                let range = queue.durable...queue.delivered
                guard range.contains(state.deliveredThrough.rawValue) else {
                    let found = state.deliveredThrough
                    throw Violation("\(name(address)) has delivered up to \(found) after a restart, not in \(range)")
                }
                model.queues[address]?.delivered = state.deliveredThrough.rawValue
                model.queues[address]?.durable = state.deliveredThrough.rawValue
            }
            if let difference = try model.difference(to: tables, at: now) {
                throw Violation("after a restart \(difference)")
            }
        }
        try checkLedgers()
    }

    /// Everything that a phone was told is accepted is there.
    func checkLedgers() throws(Violation) {
        for phone in phones where model.hasDevice(phone.address) {
            for sent in phone.outbox {
                guard let accepted = sent.accepted,
                    accepted.time.adding(seconds: Limits.idempotencySeconds) > now
                else { continue }
                let row = model.accepted[.init(sender: phone.address, client: accepted.clientID)]
                guard let row, row.id == accepted.id, accepted.seq == nil || row.seq == accepted.seq else {
                    throw Violation("\(phone.name) was told that \(sent.ordinal) is accepted, and it is not there")
                }
            }
        }
    }

    /// Closes the server and looks at what is left.
    func finish() {
        do {
            try checkLedgers()
            try checkDeliveries()
            guard let server else { return fail("there is no server at the end") }
            // What is delivered is gone from the files as well, and nothing else is.
            restartAtTheEnd(server)
            guard violation == nil, let again = self.server else { return }
            let entryCount = model.conversations.values.reduce(0) { $0 + $1.log.count { $0 != nil } }
            let rowCount = again.house.status.storedRows
            if rowCount != UInt64(entryCount) { fail("\(rowCount) rows are stored, for \(entryCount) entries") }
            if again.house.status.damagedRows > 0 { fail("\(again.house.status.damagedRows) rows are damaged") }
            again.isDead = true
            again.house.close()
        } catch {
            fail("at the end \(error)")
        }
    }

    private func restartAtTheEnd(_ server: SteppedServer) {
        while server.house.hasCommands { server.stepWriter() }
        server.isDead = true
        server.house.close()
        model.closed()
        do {
            // A copy, since what was closed holds its folder as long as somebody holds it.
            let left = try server.house.folder.copy()
            let outcome = try StoreCheck.run(folder: left.path)
            if outcome.findingCount > 0 { return fail("the store's check finds \(outcome.findings)") }
            if let end = try StoreCheck.end(folder: left.path) { return fail("the store's check: \(end)") }
            let again = try SteppedServer(left, in: self)
            try recovered(again)
            self.server = again
        } catch {
            fail("at the end \(error)")
        }
    }

    /// Each accepted send has come to each device it was for, once; who sent it is out of it.
    private func checkDeliveries() throws(Violation) {
        for phone in phones {
            for sent in phone.outbox {
                guard let accepted = sent.accepted, case .send = sent.request else { continue }
                for address in sent.recipients {
                    guard let queue = model.queues[address],
                        let recipient = phones.first(where: { $0.address == address })
                    else { continue }
                    let number = recipient.received.first { $0.value.id == accepted.id }?.key
                    let isExpired = queue.items.prefix(Int(queue.expired)).contains { $0.id == accepted.id }
                    if number == nil, !isExpired {
                        let what = "\(sent.ordinal) of \(phone.name)"
                        throw Violation("\(what) was accepted and has not come to \(recipient.name)")
                    }
                }
            }
            guard let queue = model.queues[phone.address], phone.last < queue.head, queue.expired < queue.head else {
                continue
            }
            throw Violation("\(phone.name) has \(phone.last) of \(queue.head) envelopes")
        }
    }
}

extension Model {
    /// The first thing in which a store is not like this; `nil` where there is none.
    func difference(to tables: ReadableTables, at now: Timestamp) throws -> String? {
        for (account, row) in accounts {
            let devices = try tables.devices(of: account)
            let found = Dictionary(
                devices.map { ($0.address.device, $0.registrationID) }, uniquingKeysWith: { first, _ in first })
            guard let stored = try tables.account(account), stored.listEpoch == row.epoch,
                stored.nextDevice == row.nextDevice, found == row.devices
            else { return "an account has other devices" }
        }
        for account in deleted {
            guard try tables.account(account) == nil, try tables.devices(of: account).isEmpty else {
                return "a deleted account is there"
            }
        }
        for (address, queue) in queues {
            if let difference = try difference(in: queue, of: address, tables) { return difference }
        }
        for id in conversationOrder {
            if let difference = try difference(in: id, tables) { return difference }
        }
        for (key, row) in accepted where row.time.adding(seconds: Limits.idempotencySeconds) > now {
            let found = try tables.accepted(from: key.sender, clientID: key.client)
            guard let found, isAnswer(found, to: row) else {
                return "client id \(key.client.bytes.low) is not known as it was"
            }
        }
        return nil
    }

    private func difference(
        in queue: Queue, of address: DeviceAddress, _ tables: ReadableTables
    ) throws -> String? {
        let state = try tables.queueState(of: address)
        let expected = QueueState(
            head: QueueNumber(queue.head), deliveredThrough: QueueNumber(queue.delivered),
            count: queue.head - queue.delivered)
        guard state == expected else { return "a queue stands at \(state), not \(expected)" }
        let found = try tables.envelopes(
            for: address, after: QueueNumber(0), limit: 1_000_000, byteCountMax: 1 << 30)
        guard found.compactMap(\.number?.rawValue) == Array(queue.delivered + 1..<queue.head + 1) else {
            return "a queue after \(queue.delivered) and up to \(queue.head) has \(found.compactMap(\.number))"
        }
        for envelope in found { try check(envelope, in: queue) }
        return nil
    }

    private func difference(in id: ConversationID, _ tables: ReadableTables) throws -> String? {
        let name = name(of: id)
        guard let conversation = conversations[id] else {
            let isGone = try tables.conversation(id) == nil && tables.entries(of: id, .newest, limit: 1).isEmpty
            return isGone ? nil : "\(name) has no members and is there"
        }
        guard let row = try tables.conversation(id), row.memberCount == UInt64(conversation.members.count) else {
            return "\(name) counts other members"
        }
        for (account, member) in conversation.members {
            let found = try tables.member(account, of: id)
            guard found?.role == member.role, found?.checkpoint.rawValue == member.checkpoint else {
                return "\(name) has another member"
            }
        }
        guard try tables.head(of: id).rawValue == conversation.head else { return "\(name) has another head" }
        let entries = try tables.entries(of: id, .after(SequenceNumber(0)), limit: 1_000_000)
        let expected = conversation.log.enumerated().compactMap { (index, entry) in
            entry.map { logEntry($0, seq: UInt64(index) + 1, of: id, id: MessageID(0)) }
        }
        guard entries.count == expected.count, zip(entries, expected).allSatisfy({ $0.isLike($1) }) else {
            return "\(name) has another log"
        }
        guard zip(entries, entries.dropFirst()).allSatisfy({ $0.id < $1.id }) else { return "\(name) has no order" }
        return nil
    }
}
