import Crypto
public import Keys
public import Wire

/// Whether the keys known for an account were found to be its owner's.
public enum Verification: Sendable, Equatable {
    /// Taken on trust at first sight, and pinned since.
    case unverified
    /// The safety numbers were compared at that time, and nothing has changed since.
    case verified(at: Timestamp)
}

/// A device of another account, as this client trusts it.
public struct ContactDevice: Sendable, Equatable {
    public let device: DeviceID
    /// The account's own: its key signs the list that the device stands on.
    public let verification: Verification
}

// Is it really them? People compare safety numbers; the account's key answers for its devices.

extension Client {
    /// Sixty digits to compare with the other side, by voice or by screen.
    public func safetyNumber(with handle: Handle) async throws(ClientError) -> SafetyNumber {
        let (_, own) = try readyProfile()
        let peer = try await account(of: handle)
        guard let ownList = try knownList(own.account), let list = try knownList(peer) else { throw .notRegistered }
        return SafetyNumber(
            localAccount: own.account, localIdentity: ownList.identity, remoteAccount: peer,
            remoteIdentity: list.identity)
    }

    /// ``safetyNumber(with:)`` in twelve groups of five digits, for a screen.
    public func safetyNumberGroups(with handle: Handle) async throws(ClientError) -> [String] {
        try await safetyNumber(with: handle).groups
    }

    /// Marks the account as verified when `digits` are the ones that its owner sees; anything but digits is passed
    /// over.
    /// - Throws: ``ClientError/safetyNumberDiffers``: nothing is changed then.
    public func verify(_ handle: Handle, digits: String) async throws(ClientError) {
        let shown = digits.filter { ("0"..."9").contains($0) }
        let expected = try await safetyNumber(with: handle).digits
        guard ConstantTime.equal(Array(shown.utf8), Array(expected.utf8)) else { throw .safetyNumberDiffers }
        try await setVerified(true, handle)
    }

    /// Marks the account as verified when `scanned` is the QR payload that its owner shows.
    /// - Throws: ``ClientError/safetyNumberDiffers``: nothing is changed then.
    public func verify(_ handle: Handle, scanned: [UInt8]) async throws(ClientError) {
        guard try await safetyNumber(with: handle).matches(scanned: scanned) else { throw .safetyNumberDiffers }
        try await setVerified(true, handle)
    }

    /// Marks the account on the word of the user, who has compared the numbers; or takes that back.
    public func setVerified(_ isVerified: Bool, _ handle: Handle) async throws(ClientError) {
        let account = try await account(of: handle)
        guard var contact = try read(.contact(account)), let list = try knownList(account) else {
            throw .notRegistered
        }
        contact.verifiedAt = isVerified ? surroundings.now() : nil
        contact.verifiedFingerprint = isVerified ? list.identity.fingerprint : nil
        var transaction = StoreTransaction()
        transaction.put(contact, at: .contact(account))
        try commit(transaction)
    }

    /// Whether the account's keys were verified here.
    public func verification(of handle: Handle) async throws(ClientError) -> Verification {
        try verification(ofAccount: try await account(of: handle))
    }

    /// The devices of an account, as its newest list that was seen has them.
    public func devices(of handle: Handle) async throws(ClientError) -> [ContactDevice] {
        let account = try await account(of: handle)
        let verification = try verification(ofAccount: account)
        let listed = try knownList(account)?.devices ?? []
        return listed.map { ContactDevice(device: $0.device, verification: verification) }
    }

    private func verification(ofAccount account: AccountID) throws(ClientError) -> Verification {
        guard let contact = try read(.contact(account)), let time = contact.verifiedAt,
            let list = try knownList(account), contact.verifiedFingerprint == list.identity.fingerprint
        else { return .unverified }
        return .verified(at: time)
    }
}
