import Keys
import Ratchet
import Wire

// Envelopes whose sender is sealed.

extension Client {
    /// What an envelope says of its sender, checked; `nil` for what is not to be believed.
    ///
    /// Nothing is asked of the server about a sender before the server's own word on it was found good.
    /// - Throws: only what lets the same envelope be taken again later.
    func unseal(_ envelope: Envelope) async throws(ClientError) -> SealedMessage? {
        let (profile, own) = try readyProfile()
        let identity = try deviceIdentity(profile)
        let recipient = SealedRecipient(own, profile.registrationID)
        guard envelope.sender == nil,
            let opened = try? SealedSender.open(envelope.body, as: recipient, identity: identity)
        else { return nil }
        let server = try await pinnedLog().key
        guard opened.isCertified(by: server, acceptedAt: envelope.time), opened.claimedSender != own,
            let list = try await listForUnsealing(opened.claimedSender)
        else { return nil }
        return try? opened.verified(by: server, acceptedAt: envelope.time, in: list, identity: identity)
    }

    /// The list that has the device; `nil` where none is to be had that does.
    private func listForUnsealing(_ sender: DeviceAddress) async throws(ClientError) -> VerifiedDeviceList? {
        if let known = try knownList(sender.account), known.device(sender.device) != nil { return known }
        do {
            return try await freshList(sender.account)
        } catch {
            switch error {
            case .untrustedList, .untrustedLog: return nil
            case .refused(let problem) where problem.code == .notFound: return nil
            default: throw error
            }
        }
    }
}

extension Envelope {
    /// The envelope as it would have come if its sender were not sealed.
    func unsealed(_ message: SealedMessage) -> Envelope {
        var envelope = self
        envelope.sender = DeviceAddressPayload(message.sender)
        envelope.kind = message.kind
        envelope.body = message.message
        return envelope
    }
}
