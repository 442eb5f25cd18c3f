import Keys
import Ratchet
import Wire

// Envelopes whose sender is sealed.

/// What an envelope says of its sender.
enum Unsealed {
    /// All that it says is good.
    case message(SealedMessage)
    /// A certified device made it, but the key log does not prove the list that it should be on.
    case unproven(DeviceAddress)
    /// Nothing of it is to be believed.
    case nothing
}

extension Receiver {
    /// What an envelope says of its sender, checked.
    ///
    /// Nothing is asked of the server about a sender before the server's own word on it was found good, and before the
    /// message was found to be of the device that the server speaks of.
    /// - Throws: only what lets the same envelope be taken again later.
    func unseal(_ envelope: Envelope) async throws(ClientError) -> Unsealed {
        let (profile, own) = try readyProfile()
        let recipient = SealedRecipient(own, profile.registrationID)
        guard envelope.sender == nil else { return .nothing }
        let server = try await keyLog.pinnedLog().key
        guard let certified = try certified(envelope, as: recipient, by: server, profile),
            certified.claimedSender != own
        else { return .nothing }
        do {
            guard let list = try await listForUnsealing(certified.claimedSender),
                let message = try? certified.verified(in: list)
            else { return .nothing }
            return .message(message)
        } catch {
            guard case .untrustedLog = error else { throw error }
            return .unproven(certified.claimedSender)
        }
    }

    private func certified(
        _ envelope: Envelope, as recipient: SealedRecipient, by server: ServerPublicKey, _ profile: Profile
    ) throws(ClientError) -> CertifiedSealedMessage? {
        let identity = try deviceIdentity(profile)
        let opened = try? SealedSender.open(envelope.body, as: recipient, identity: identity.keys)
        return try? opened?.certified(by: server, acceptedAt: envelope.time, identity: identity.keys)
    }

    /// The list that has the device; `nil` where none is to be had that does.
    private func listForUnsealing(_ sender: DeviceAddress) async throws(ClientError) -> VerifiedDeviceList? {
        if let known = try contacts.listNaming(sender) { return known }
        do {
            return try await contacts.freshList(sender.account)
        } catch {
            switch error {
            // A newer list may have been learned while this one was under way.
            case .untrustedList(.rolledBack): return try contacts.listNaming(sender)
            case .untrustedList: return nil
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
