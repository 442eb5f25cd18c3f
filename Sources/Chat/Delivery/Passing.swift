import Store
public import Wire

/// What an ephemeral send comes to: envelopes for whoever is connected now, and the answer.
///
/// It goes beside the store: checked on a snapshot, never a command, kept nowhere. So it waits for no commit, has no
/// place in their order, and goes on where the disk is full.
public struct Passing: Sendable {
    public let envelopes: [(envelope: Envelope, recipient: DeviceAddress)]
    public let accepted: Accepted

    private init(
        _ copies: [DeviceCopy], to recipient: AccountID, clientID: ClientID, now: Timestamp,
        _ envelope: ([UInt8]) -> Envelope
    ) {
        envelopes = copies.map { (copy) in
            (envelope(copy.body), DeviceAddress(account: recipient, device: copy.device))
        }
        accepted = Accepted(clientID: clientID, id: Self.noID, time: now)
    }

    /// What is kept nowhere has no id.
    private static let noID = MessageID(0)
}

extension Passing {
    init(_ request: SendRequest, from sender: DeviceAddress, to recipient: AccountID, now: Timestamp) {
        self.init(request.copies, to: recipient, clientID: request.clientID, now: now) { (body) in
            Envelope(
                number: nil, id: Self.noID, time: now, sender: DeviceAddressPayload(sender), kind: request.kind,
                isUrgent: request.isUrgent, commitment: request.commitment, body: body)
        }
    }

    init(_ send: SealedSend, now: Timestamp) {
        let request = send.request
        self.init(request.copies, to: send.recipient, clientID: request.clientID, now: now) { (body) in
            Envelope(
                number: nil, id: Self.noID, time: now, sender: nil, kind: .sealed, isUrgent: request.isUrgent,
                commitment: request.commitment, body: body)
        }
    }
}

extension Look {
    /// An ephemeral send by a device.
    /// - Throws: as ``Turn/send(_:from:to:)``, but for full queues.
    public func pass(
        _ request: SendRequest, from sender: DeviceAddress, to recipient: AccountID
    ) throws(Problem) -> Passing {
        try check(request, from: sender, to: recipient)
        return Passing(request, from: sender, to: recipient, now: now)
    }

    /// An ephemeral send by somebody who does not say who it is.
    /// - Throws: as ``Turn/send(_:with:)``, but for full queues.
    public func pass(_ send: SealedSend, with token: PresentedToken?) throws(Problem) -> Passing {
        try admit(token, to: send.recipient)
        try checkDevices(of: send.recipient, addressed: send.request.copies, except: nil)
        return Passing(send, now: now)
    }
}
