import Chat
import Store
import TestKit
import Wire

/// Accounts, devices and their queues.
extension Model {
    mutating func register(_ person: Person, _ reply: Reply?) throws {
        let account = person.account
        guard accounts[account] == nil, !deleted.contains(account) else { throw Refused(.accountTaken) }
        let devices = [person.address.device: person.device.registrationID]
        accounts[account] = Account(devices: devices, nextDevice: DeviceID(2), epoch: 1)
        queues[person.address] = Queue()
        if case .token(let token, let end) = reply { tokens[token] = Token(address: person.address, expiresAt: end) }
    }

    mutating func logIn(_ address: DeviceAddress, _ reply: Reply?) throws {
        guard hasDevice(address) else { throw Refused(.unauthenticated) }
        if case .token(let token, let end) = reply { tokens[token] = Token(address: address, expiresAt: end) }
    }

    mutating func changeDevices(_ change: DeviceListChange, of account: AccountID) throws {
        guard var row = accounts[account] else { throw Refused(.notFound) }
        guard change.deviceList.epoch == row.epoch + 1 else { throw Refused(.staleDeviceList) }
        let after = Dictionary(
            change.deviceList.devices.map { ($0.device, $0.registrationID) }, uniquingKeysWith: { first, _ in first })
        for device in row.devices.keys where after[device] == nil {
            removeDevice(DeviceAddress(account: account, device: device))
        }
        for device in after.keys where row.devices[device] == nil {
            queues[DeviceAddress(account: account, device: device)] = Queue()
            row.nextDevice = DeviceID(row.nextDevice.rawValue + 1)
        }
        row.devices = after
        row.epoch += 1
        accounts[account] = row
    }

    private mutating func removeDevice(_ address: DeviceAddress) {
        queues[address] = nil
        for (token, row) in tokens where row.address == address { tokens[token] = nil }
        for key in accepted.keys where key.sender == address { accepted[key] = nil }
    }

    mutating func deleteAccount(_ account: AccountID) throws {
        guard let row = accounts[account] else { throw Refused(.notFound) }
        for device in row.devices.keys { removeDevice(DeviceAddress(account: account, device: device)) }
        accounts[account] = nil
        deleted.insert(account)
        doomed.append(DoomedAccountRow(account: account, device: row.devices.keys.min() ?? DeviceID(1)))
    }

    // MARK: Queues

    mutating func send(
        _ request: SendRequest, from sender: DeviceAddress, to recipient: AccountID, at now: Timestamp,
        _ reply: Reply?
    ) throws {
        if try replays(request.clientID, of: sender, at: now, reply) { return }
        guard hasDevice(sender) else { throw Refused(.unauthenticated) }
        guard let devices = accounts[recipient]?.devices, !devices.isEmpty else { throw Refused(.notFound) }
        let own = recipient == sender.account ? sender.device : nil
        let addressed = Dictionary(
            request.copies.map { ($0.device, $0.registrationID) }, uniquingKeysWith: { first, _ in first })
        guard addressed == devices.filter({ $0.key != own }) else { throw Refused(.mismatchedDevices) }
        guard let accepted = try fresh(reply, request.clientID, at: now) else { return }
        let dm = recipient == sender.account
            ? nil : conversations.first { $0.value.pair == DMPair(sender.account, recipient) }?.key
        var seq: SequenceNumber?
        if let dm {
            conversations[dm]?.log.append(nil)
            seq = SequenceNumber(conversations[dm]?.head ?? 0)
        }
        try require(
            accepted.conversation == dm && accepted.seq == seq,
            "send \(request.clientID.bytes.low) took \(accepted.seq?.rawValue ?? 0), and not \(seq?.rawValue ?? 0)")
        for copy in request.copies {
            let item = Item(
                id: accepted.id, time: now, sender: sender, conversation: dm, seq: seq, body: copy.body)
            queues[DeviceAddress(account: recipient, device: copy.device)]?.items.append(item)
        }
        remember(accepted, of: sender)
    }

    /// Whether this client id was accepted before; then the answer is the same as it was.
    func replays(
        _ client: ClientID, of sender: DeviceAddress, at now: Timestamp, _ reply: Reply?
    ) throws -> Bool {
        guard let earlier = accepted[SendKey(sender: sender, client: client)] else { return false }
        let isOld = earlier.time.adding(seconds: Limits.idempotencySeconds) <= now
        guard case .accepted(let said) = reply else {
            if isOld { return false }
            throw Violation("client id \(client.bytes.low) was accepted, and is refused now")
        }
        if isOld, !said.isReplay { return false }
        let again = AcceptedRow(id: said.id, time: said.time, conversation: said.conversation, seq: said.seq)
        let isSame = said.isReplay && isAnswer(again, to: earlier)
        try require(isSame, "client id \(client.bytes.low) was accepted before, and is answered otherwise: \(said)")
        return true
    }

    /// Whether a retry may hear this. A conversation that is gone takes the place of its messages with it, as soon as
    /// they are flushed.
    func isAnswer(_ found: AcceptedRow, to earlier: AcceptedRow) -> Bool {
        if found == earlier { return true }
        guard let conversation = earlier.conversation, conversations[conversation] == nil else { return false }
        return found == AcceptedRow(id: earlier.id, time: earlier.time, conversation: nil, seq: nil)
    }

    /// The answer to a first time.
    mutating func fresh(_ reply: Reply?, _ client: ClientID, at now: Timestamp) throws -> Accepted? {
        guard case .accepted(let accepted) = reply else { return nil }
        try require(!accepted.isReplay, "client id \(client.bytes.low) is new, and is answered as known")
        try require(accepted.clientID == client && accepted.time == now, "an answer to something else: \(accepted)")
        try require(accepted.id > lastID, "id \(accepted.id) was given after \(lastID)")
        lastID = accepted.id
        return accepted
    }

    mutating func remember(_ accepted: Accepted, of sender: DeviceAddress) {
        self.accepted[SendKey(sender: sender, client: accepted.clientID)] = AcceptedRow(
            id: accepted.id, time: accepted.time, conversation: accepted.conversation, seq: accepted.seq)
    }

    mutating func trim(_ device: DeviceAddress, through number: UInt64) {
        guard var queue = queues[device] else { return }
        queue.delivered = max(queue.delivered, min(number, queue.head))
        queues[device] = queue
    }

    mutating func expireQueues(at now: Timestamp) {
        for (address, var queue) in queues {
            let old = queue.items.lastIndex { $0.time.adding(seconds: Limits.queueDays * 86_400) <= now }
            guard let old else { continue }
            queue.expired = max(queue.expired, UInt64(old + 1))
            queue.delivered = max(queue.delivered, queue.expired)
            queues[address] = queue
        }
    }

    /// The store was closed as it should be: every acknowledgement is in its tables.
    mutating func closed() {
        for (address, var queue) in queues {
            queue.durable = queue.delivered
            queues[address] = queue
        }
    }

    /// What a device finds when it connects.
    func arrive(_ address: DeviceAddress, _ own: ArraySlice<ConversationID>, isAll: Bool, _ reply: Reply?) throws {
        guard hasDevice(address), let queue = queues[address] else {
            throw Refused(deleted.contains(address.account) ? .notFound : .unauthenticated)
        }
        guard case .arrival(let arrival) = reply else { return }
        let state = QueueState(
            head: QueueNumber(queue.head), deliveredThrough: QueueNumber(queue.delivered),
            count: queue.head - queue.delivered)
        try require(arrival.queue == state, "a queue stands at \(arrival.queue), and not at \(state)")
        try require(arrival.memberships.conversations[...] == own, "a device arrives to other conversations")
        try require((arrival.memberships.next == nil) == isAll, "a device arrives to more or fewer pages")
    }
}
