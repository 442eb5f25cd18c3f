import Crypto
import Keys
import Wire

/// The end of an account (docs/protocol/accounts.md, "Deleting an account").
final class AccountEnd: Room {
    private let signed: SignedCalls
    private let keyLog: KeyLogFollower
    private let mailer: Mailer

    init(_ ground: Ground, _ signed: SignedCalls, _ keyLog: KeyLogFollower, _ mailer: Mailer) {
        self.signed = signed
        self.keyLog = keyLog
        self.mailer = mailer
        super.init(ground)
    }

    func deleteAccount() async throws(ClientError) {
        if let profile = try read(.profile), profile.stage == .deleted { try eraseAccount(profile) }
        let (before, own) = try readyProfile()
        guard before.accountSecret != nil else { throw .cannotChangeDevices }
        let profile = try noteDeletion(true, before)
        do throws(ClientError) {
            try await orderDeletion(profile, own)
        } catch .accountDeleted {
            // The answer to an earlier order was lost.
        } catch {
            if case .refused = error, !error.isPassing { _ = try noteDeletion(false, profile) }
            throw error
        }
        try eraseAccount(profile)
    }

    /// Written before the server is asked: from then on a login that is refused says that the account is gone.
    private func noteDeletion(_ isAsked: Bool, _ profile: Profile) throws(ClientError) -> Profile {
        var noted = profile
        noted.asksDeletion = isAsked
        var transaction = StoreTransaction()
        transaction.put(noted, at: .profile)
        try commit(transaction)
        return noted
    }

    private func orderDeletion(_ profile: Profile, _ own: DeviceAddress) async throws(ClientError) {
        let challenge = try await signed.challenge(for: own, profile)
        guard let order = AccountDeletion(serverName: profile.serverName, challenge: challenge, address: own) else {
            throw .unexpectedAnswer(status: 200)
        }
        let request = AccountDeletionRequest(challenge: challenge.bytes, signature: try signature(of: order, profile))
        try await signed.run(Endpoints.deleteAccount, body: request)
    }

    private func signature(of order: AccountDeletion, _ profile: Profile) throws(ClientError) -> [UInt8] {
        do throws(LocalStoreError) {
            if let identity = try profile.accountIdentity() { return order.signed(by: identity).bytes }
        } catch {
            throw .store(error)
        }
        throw .cannotChangeDevices
    }

    /// Erases everything but the transcript and who is in it, in one write. What is to disappear from the transcript
    /// still does.
    private func eraseAccount(_ profile: Profile) throws(ClientError) {
        var transaction = StoreTransaction()
        let chats = try values(in: .chatRows).map { StoreScope.chat($0.value.id) }
        transaction.removeAll(but: [.basics, .transcript, .contacts, .chats] + chats)
        transaction.put(profile.erased(), at: .profile)
        transaction.erase()
        try commit(transaction)
        keyLog.forget()
        mailer.run.load([])
        mailer.run.postpone(.accountDeleted)
        spoolFolder.removeUnknown(except: [])
    }
}
