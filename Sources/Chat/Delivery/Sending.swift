import Store
public import Wire

extension Turn {
    /// A pairwise send: checks the device list, stores one row, numbers it in each device's queue, and answers with
    /// its place. The same client id again gets the same answer and stores nothing.
    ///
    /// Throws only before its first write.
    /// - Throws: `not-found` for an unknown account; `mismatched-devices` with the exact difference; `queue-full`;
    ///   `unauthenticated` when the sending device was unlinked meanwhile; `malformed` for a sealed sender, which has
    ///   a route of its own.
    public mutating func send(
        _ request: SendRequest, from sender: DeviceAddress, to recipient: AccountID
    ) throws(Problem) -> Accepted {
        grows(.messages)
        if let earlier = try tables.accepted(from: sender, clientID: request.clientID) {
            return Accepted(replaying: earlier, for: request.clientID)
        }
        try look.check(request, from: sender, to: recipient)
        let copies = request.copies.map { (copy) in
            EnvelopeDraft.Copy(
                recipient: DeviceAddress(account: recipient, device: copy.device), body: copy.body)
        }
        try checkQueues(of: copies, from: sender.account)
        let conversation =
            recipient == sender.account || request.kind != .message
            ? nil : try tables.dm(between: DMPair(sender.account, recipient))
        let appended = try tables.append(
            EnvelopeDraft(
                time: now, sender: sender, clientID: request.clientID, kind: request.kind, isUrgent: request.isUrgent,
                conversation: conversation, commitment: request.commitment, copies: copies))
        for (copy, number) in zip(copies, appended.numbers) {
            let envelope = Envelope(
                number: number, id: appended.id, time: now, sender: DeviceAddressPayload(sender), kind: request.kind,
                conversation: conversation, seq: appended.seq, isUrgent: request.isUrgent,
                commitment: request.commitment, body: copy.body)
            after(.deliver(envelope, to: copy.recipient))
        }
        return Accepted(
            clientID: request.clientID, id: appended.id, time: now, conversation: conversation, seq: appended.seq)
    }

    /// - Parameter sender: `nil` where it is sealed.
    func checkQueues(of copies: [EnvelopeDraft.Copy], from sender: AccountID?) throws(Problem) {
        for copy in copies {
            let refusal = try tables.queueRefusal(
                of: copy.body.count, from: sender, in: copy.recipient)
            guard let refusal else { continue }
            throw Problem(.queueFull, "Device \(copy.recipient.device) \(refusal.reason)")
        }
    }
}

extension QueueRefusal {
    /// Whose room is full, after "Device n".
    fileprivate var reason: String {
        switch self {
        case .sender: "has as much of yours waiting as one sender may have there."
        case .senders: "has all that senders it does not know may have waiting."
        case .sealed: "has all that those who know its delivery token may have waiting."
        case .own: "has all that its own account may have waiting."
        }
    }
}

extension Accepted {
    /// The answer an earlier send with the same client id was given.
    init(replaying earlier: AcceptedRow, for clientID: ClientID) {
        self.init(
            clientID: clientID, id: earlier.id, time: earlier.time, conversation: earlier.conversation,
            seq: earlier.seq, isReplay: true)
    }
}

extension Look {
    /// What a send must be, whether it is kept or not.
    func check(_ request: SendRequest, from sender: DeviceAddress, to recipient: AccountID) throws(Problem) {
        guard try tables.device(sender) != nil else {
            throw Problem(.unauthenticated, "This device is no longer linked.")
        }
        guard request.kind != .sealed else {
            throw Problem(.malformed, "A sealed sender sends without a login.", field: "kind")
        }
        try checkDevices(
            of: recipient, addressed: request.copies, except: recipient == sender.account ? sender.device : nil)
    }

    /// - Parameter sender: left out where an account writes to its own other devices.
    func checkDevices(
        of recipient: AccountID, addressed copies: [DeviceCopy], except sender: DeviceID?
    ) throws(Problem) {
        let devices = try tables.devices(of: recipient)
        guard !devices.isEmpty else { throw Problem(.notFound, "There is no such account.") }
        let mismatch = DeviceCheck.mismatch(
            addressed: copies.map { ($0.device, $0.registrationID) },
            devices: devices.map { ($0.address.device, $0.registrationID) }, except: sender)
        if let mismatch {
            let detail = "Fetch the account's device list and send to exactly its devices."
            throw Problem(.mismatchedDevices, detail, devices: mismatch)
        }
    }

    /// A page of the device's queue.
    public func queue(
        of device: DeviceAddress, after number: QueueNumber, limit: Int
    ) throws(Problem) -> Page<Envelope> {
        let found = try tables.envelopes(
            for: device, after: number, limit: limit + 1, byteCountMax: Limits.pageByteCountMax)
        let state = try tables.queueState(of: device)
        let items = Array(found.prefix(limit))
        let last = items.last?.number ?? number
        return Page(items: items, next: !items.isEmpty && last < state.head ? String(last.rawValue) : nil)
    }
}
