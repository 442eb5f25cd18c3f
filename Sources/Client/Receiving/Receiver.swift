import Keys
import Ratchet
import Wire

/// Envelopes, from the queue into the transcript.
final class Receiver: Room {
    let contacts: Contacts
    let keyLog: KeyLogFollower
    let deliveryTokens: DeliveryTokens
    let sealer: Sealer
    let upkeep: Upkeep

    init(
        _ ground: Ground, _ contacts: Contacts, _ keyLog: KeyLogFollower, _ deliveryTokens: DeliveryTokens,
        _ sealer: Sealer, _ upkeep: Upkeep
    ) {
        self.contacts = contacts
        self.keyLog = keyLog
        self.deliveryTokens = deliveryTokens
        self.sealer = sealer
        self.upkeep = upkeep
        super.init(ground)
    }

    /// Takes one envelope: decrypts it, and stages the session, the prekeys it used, the transcript and its number
    /// together. Durable with the next flush; nothing may be told or acknowledged before. An envelope that was taken
    /// before is dropped.
    ///
    /// - Returns: `nil` for what was taken before, also under another number.
    /// - Throws: only what lets the same envelope be taken again later, such as a server that cannot be asked for the
    ///   sender's keys, or a store that is full. Then nothing has changed and nothing may be acknowledged.
    func receive(_ envelope: Envelope) async throws(ClientError) -> SottoEvent? {
        if try isTaken(envelope) { return nil }
        guard envelope.kind == .sealed else { return try await receive(envelope, seal: nil) }
        switch try await unseal(envelope) {
        case .message(let message): return try await receive(envelope.unsealed(message), seal: message)
        case .unproven(let sender): return try noteUnopened(envelope, sender, .untrustedSender)
        // Nobody is known to have sent it, so there is nobody to say anything of.
        case .nothing: return try noteUnopened(envelope, nil, .notAuthentic)
        }
    }

    /// Whether it was dealt with before; one that was only kept was not.
    private func isTaken(_ envelope: Envelope) throws(ClientError) -> Bool {
        guard let number = envelope.number, try counters().taken.contains(number) else { return false }
        return try read(.keptFrame(number)) == nil
    }

    /// The server has given no number beyond that one. Where it gave one before, that was no number of the queue, and
    /// whoever gets it is not taken for known.
    func forgetNumbers(beyond end: QueueNumber) throws(ClientError) {
        var counters = try counters()
        guard counters.taken.forget(beyond: end) else { return }
        var transaction = StoreTransaction()
        transaction.put(counters, at: .counters)
        try commit(transaction)
    }

    /// What was not opened changes no session.
    private func noteUnopened(
        _ envelope: Envelope, _ sender: DeviceAddress?, _ reason: UnreadableReason
    ) throws(ClientError) -> SottoEvent? {
        if try isTaken(envelope) { return nil }
        var transaction = StoreTransaction()
        return try note(envelope, sender, reason, into: &transaction)
    }

    /// - Parameter seal: what was around it, where its sender was sealed.
    private func receive(_ envelope: Envelope, seal: SealedMessage?) async throws(ClientError) -> SottoEvent? {
        let refusal = try await learnSender(of: envelope)
        // The world may have moved on meanwhile.
        if try isTaken(envelope) { return nil }
        if let refusal { return try refuse(envelope, refusal) }
        return try take(envelope, seal)
    }

    /// Sees to it that the sending device is known, where a new session needs that.
    /// - Returns: why its sender cannot be known.
    private func learnSender(of envelope: Envelope) async throws(ClientError) -> UnreadableReason? {
        guard let sender = envelope.sender else { return .unknownSender }
        guard let message = try? SessionMessage(envelope.body), message.handshake != nil else { return nil }
        if try contacts.listNaming(sender.address) != nil { return nil }
        do {
            return try await contacts.freshList(sender.account).device(sender.device) == nil ? .unknownSender : nil
        } catch {
            switch error {
            // A newer list may have been learned while this one was under way.
            case .untrustedList(.rolledBack):
                return try contacts.listNaming(sender.address) == nil ? .untrustedSender : nil
            case .untrustedList, .untrustedLog: return .untrustedSender
            case .refused(let problem) where problem.code == .notFound: return .unknownSender
            default: throw error
            }
        }
    }

    /// Decrypts and stages. All in one step: nothing else of this client runs between.
    private func take(_ envelope: Envelope, _ seal: SealedMessage?) throws(ClientError) -> SottoEvent? {
        guard let sender = envelope.sender?.address else { return try refuse(envelope, .unknownSender) }
        var transaction = StoreTransaction()
        switch try open(envelope.body, from: sender, into: &transaction) {
        case .failure(let reason):
            return try refuse(envelope, reason)
        case .success(let plaintext):
            let own = try ownAddress()
            switch Self.content(of: plaintext, envelope, sender, own) {
            case .failure(let reason):
                let kept = reason == .unknownContent
                    ? KeptContent(envelope, plaintext, isSenderHidden: seal != nil) : nil
                return try note(envelope, sender, reason, keeping: kept, into: &transaction)
            case .success(let (content, franked)):
                try deliveryTokens.learnDeliveryToken(
                    content.deliveryToken, of: sender.account, own: own.account, into: &transaction)
                var edit = TranscriptEdit(store, now: surroundings.now())
                return try record(
                    content, franked, envelope, sender, own, seal, isSenderHidden: seal != nil, &edit,
                    into: &transaction)
            }
        }
    }

    /// What a plaintext says. From somebody else it says only what its sender has committed to.
    static func content(
        of plaintext: [UInt8], _ envelope: Envelope, _ sender: DeviceAddress, _ own: DeviceAddress
    ) -> Result<(MessageContent, FrankedContent?), UnreadableReason> {
        var bytes = plaintext
        var franked: FrankedContent?
        if sender.account != own.account {
            franked = try? FrankedContent.decode(plaintext)
            guard let opened = franked?.opened(envelope.commitment, by: sender) else { return .failure(.malformed) }
            bytes = opened
        }
        guard let content = try? MessageContent.decode(bytes), content.to == nil || sender.account == own.account else {
            return .failure(.unknownContent)
        }
        return .success((content, franked))
    }

    /// The plaintext of a sealed body; what opening it changed is in `transaction`.
    private func open(
        _ body: [UInt8], from sender: DeviceAddress, into transaction: inout StoreTransaction
    ) throws(ClientError) -> Result<[UInt8], UnreadableReason> {
        guard let message = try? SessionMessage(body) else { return .failure(.malformed) }
        let stored = try read(.session(sender))
        if let stored {
            var session = try sealer.open(stored, sender)
            guard let handshake = message.handshake, !session.knows(handshake.id) else {
                guard let plaintext = try? session.decrypt(message) else { return .failure(.notAuthentic) }
                // A peer that answers on this session has it: no need to begin anew any more, unless it was asked for.
                let kept = StoredSession(
                    session, registrationID: stored.registrationID, needsRestart: stored.needsRestart)
                transaction.put(kept, at: .session(sender))
                return .success(plaintext)
            }
        }
        guard let handshake = message.handshake else { return .failure(.noSession) }
        return try answer(message, handshake, from: sender, stored, into: &transaction)
    }

    /// A session out of the peer's handshake.
    private func answer(
        _ message: SessionMessage, _ handshake: Handshake, from sender: DeviceAddress, _ stored: StoredSession?,
        into transaction: inout StoreTransaction
    ) throws(ClientError) -> Result<[UInt8], UnreadableReason> {
        let (profile, _) = try readyProfile()
        guard let list = try contacts.knownList(sender.account), let peer = Party(sender.device, in: list),
            let registrationID = list.device(sender.device)?.registration
        else { return .failure(.unknownSender) }
        let found: ResponderPreKeys?
        do { found = try PreKeyStock.responderKeys(for: handshake, in: store) } catch { throw .store(error) }
        guard let preKeys = found else { return .failure(.unknownPreKey) }
        let own = try sealer.ownParty(profile)
        let identity = try deviceIdentity(profile)
        let isReplay = try read(.answered(handshake.id)) != nil
        let plaintext: [UInt8]
        if let stored, stored.registrationID == registrationID {
            var session = try sealer.open(stored, sender)
            guard let opened = try? session.respond(
                to: message, as: own, identity: identity.keys, from: peer, preKeys: preKeys,
                isReplay: { _ in isReplay })
            else { return .failure(.notAuthentic) }
            transaction.put(StoredSession(session, registrationID: registrationID), at: .session(sender))
            plaintext = opened
        } else {
            guard let response = try? Session.respond(
                to: message, as: own, identity: identity.keys, from: peer, preKeys: preKeys,
                isReplay: { _ in isReplay })
            else { return .failure(.notAuthentic) }
            plaintext = response.plaintext
            transaction.put(
                StoredSession(response.takeSession(), registrationID: registrationID), at: .session(sender))
        }
        PreKeyStock.spend(handshake, now: surroundings.now(), into: &transaction)
        return .success(plaintext)
    }
}
