import Crypto
import Keys
import Wire

/// Is it really them? People compare safety numbers; the account's key answers for its devices.
final class SafetyNumbers: Room {
    private let contacts: Contacts

    init(_ ground: Ground, _ contacts: Contacts) {
        self.contacts = contacts
        super.init(ground)
    }

    func safetyNumber(with person: PersonReference) async throws(ClientError) -> SafetyNumber {
        let own = try ownAddress()
        let peer = try await contacts.metAccount(of: person)
        guard let ownList = try contacts.knownList(own.account), let list = try contacts.knownList(peer) else {
            throw .notRegistered
        }
        return SafetyNumber(
            localAccount: own.account, localIdentity: ownList.identity, remoteAccount: peer,
            remoteIdentity: list.identity)
    }

    func verify(_ person: PersonReference, digits: String) async throws(ClientError) {
        let shown = digits.filter { ("0"..."9").contains($0) }
        let expected = try await safetyNumber(with: person).digits
        // No sign that somebody stands between.
        guard shown.utf8.count == expected.utf8.count else { throw .badCode }
        guard ConstantTime.equal(Array(shown.utf8), Array(expected.utf8)) else { throw .safetyNumberDiffers }
        try await setVerified(true, person)
    }

    func verify(_ person: PersonReference, scanned: [UInt8]) async throws(ClientError) {
        guard try await safetyNumber(with: person).matches(scanned: scanned) else { throw .safetyNumberDiffers }
        try await setVerified(true, person)
    }

    func setVerified(_ isVerified: Bool, _ person: PersonReference) async throws(ClientError) {
        let account = try await contacts.metAccount(of: person)
        guard var contact = try read(.contact(account)), let list = try contacts.knownList(account) else {
            throw .notRegistered
        }
        contact.verifiedAt = isVerified ? surroundings.now() : nil
        contact.verifiedFingerprint = isVerified ? list.identity.fingerprint : nil
        var transaction = StoreTransaction()
        transaction.put(contact, at: .contact(account))
        try commit(transaction)
    }

    func verification(of person: PersonReference) async throws(ClientError) -> Verification {
        try verification(ofAccount: try await contacts.metAccount(of: person))
    }

    func devices(of person: PersonReference) async throws(ClientError) -> [ContactDevice] {
        let account = try await contacts.metAccount(of: person)
        let verification = try verification(ofAccount: account)
        let listed = try contacts.knownList(account)?.devices ?? []
        return listed.map { ContactDevice(device: $0.device, verification: verification) }
    }

    func verification(ofAccount account: AccountID) throws(ClientError) -> Verification {
        guard let contact = try read(.contact(account)), let time = contact.verifiedAt,
            let list = try contacts.knownList(account), contact.verifiedFingerprint == list.identity.fingerprint
        else { return .unverified }
        return .verified(at: time.date)
    }
}
