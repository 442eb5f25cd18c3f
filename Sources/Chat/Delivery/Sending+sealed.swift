import Crypto
import Store
public import Wire

/// A send whose sender is sealed, with the name under which its answer is kept.
public struct SealedSend: Sendable {
    let request: SealedSendRequest
    let recipient: AccountID
    /// SHA-256 of the request's record in CBOR.
    let digest: [UInt8]
    /// SHA-256 of what the send is, and of nothing that says whose it is.
    let key: [UInt8]

    public init(_ request: SealedSendRequest, to recipient: AccountID) {
        self.request = request
        self.recipient = recipient
        digest = SHA256.hash(request.encoded(as: .cbor))
        key = SHA256.hash(
            Array("Sotto sealed send v1".utf8) + [0] + recipient.bytes.array + request.clientID.bytes.array + digest)
    }
}

extension Look {
    /// What the very same send was answered before; `nil` for a new one.
    public func answer(to send: SealedSend) throws(Problem) -> Accepted? {
        guard let saved = try tables.row(SavedReply.byKey, send.key), saved.expiresAt > now,
            ConstantTime.equal(saved.requestDigest, send.digest)
        else { return nil }
        do {
            var accepted = try Accepted.decode(saved.body, in: WireContext(form: .cbor, refusesUnknownFields: false))
            accepted.isReplay = true
            return accepted
        } catch {
            throw Problem(.internalError, "The kept answer does not read.")
        }
    }

    /// Whether `token` lets somebody write to `account` without saying who it is.
    /// - Throws: `delivery-refused`, the same for a wrong token, for an account without one, and for no account.
    public func admit(_ token: PresentedToken?, to account: AccountID) throws(Problem) {
        let stored = try tables.account(account)?.deliveryTokenHash
        let nothing = [UInt8](repeating: 0, count: 32)
        let isRight = ConstantTime.equal(token?.hash ?? nothing, stored ?? nothing)
        guard isRight, token != nil, stored != nil else {
            throw Problem(.deliveryRefused, "Forget this token, and send signed in.")
        }
    }
}

extension Turn {
    /// A pairwise send by somebody who does not say who it is: checks the token and the device list, stores one row
    /// without a sender, and answers with its place. The very same send again gets the same answer and stores nothing.
    ///
    /// Throws only before its first write.
    /// - Throws: `delivery-refused`; `mismatched-devices` with the exact difference; `queue-full`.
    public mutating func send(_ send: SealedSend, with token: PresentedToken?) throws(Problem) -> Accepted {
        grows(.messages)
        if let earlier = try look.answer(to: send) { return earlier }
        try look.admit(token, to: send.recipient)
        let request = send.request
        try look.checkDevices(of: send.recipient, addressed: request.copies, except: nil)
        let copies = request.copies.map { (copy) in
            EnvelopeDraft.Copy(
                recipient: DeviceAddress(account: send.recipient, device: copy.device), body: copy.body)
        }
        try checkQueues(of: copies, from: nil)
        let appended = try tables.append(
            EnvelopeDraft(
                time: now, sender: nil, clientID: request.clientID, kind: .sealed, isUrgent: request.isUrgent,
                conversation: nil, commitment: request.commitment, copies: copies))
        for (copy, number) in zip(copies, appended.numbers) {
            after(.deliver(envelope(request, copy, number: number, id: appended.id), to: copy.recipient))
        }
        let accepted = Accepted(clientID: request.clientID, id: appended.id, time: now)
        try tables.put(
            SavedReply(
                key: send.key, requestDigest: send.digest, body: accepted.encoded(as: .cbor),
                expiresAt: now.adding(seconds: Limits.idempotencySeconds)))
        return accepted
    }

    private func envelope(
        _ request: SealedSendRequest, _ copy: EnvelopeDraft.Copy, number: QueueNumber?, id: MessageID
    ) -> Envelope {
        Envelope(
            number: number, id: id, time: now, sender: nil, kind: .sealed, isUrgent: request.isUrgent,
            commitment: request.commitment, body: copy.body)
    }
}
