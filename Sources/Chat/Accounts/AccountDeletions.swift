import Crypto
import Keys
import Store
public import Wire

/// An order to delete an account that its own key has signed, over a challenge that was spent on it. Only the check
/// makes one.
public struct VerifiedDeletion: Sendable {
    let address: DeviceAddress

    /// - Parameter address: the device that asks, and that the challenge was given to.
    /// - Throws: `bad-signature`, whatever does not fit; `overloaded`.
    public init(
        _ request: AccountDeletionRequest, by address: DeviceAddress, identity: IdentityPayload, serverName: String,
        challenges: Challenges
    ) throws(Problem) {
        guard let standing = challenges.standing(request.challenge, for: address),
            let challenge = try? LoginChallenge(request.challenge),
            let order = AccountDeletion(serverName: serverName, challenge: challenge, address: address),
            let key = try? AccountIdentityKey(identity), let signature = try? Ed25519.Signature(request.signature),
            order.isSigned(by: key, signature), try challenges.spend(standing)
        else {
            throw Problem(
                .badSignature, "Ask for another challenge, and sign it with the account's key.", field: "signature")
        }
        self.address = address
    }
}

/// The names under which a deleted account is remembered.
enum Tombstone {
    static func hash(of account: AccountID) -> [UInt8] {
        SHA256.hash(Array("Sotto deleted account v1".utf8) + [0] + account.bytes.array)
    }

    static func hash(of handle: Handle) -> [UInt8] {
        SHA256.hash(Array("Sotto deleted handle v1".utf8) + [0] + Array(handle.text.utf8))
    }
}

extension Turn {
    /// Deletes an account on its own word.
    /// - Throws: `unauthenticated` when the device was unlinked meanwhile, or the account deleted.
    public mutating func deleteAccount(_ verified: VerifiedDeletion) throws(Problem) {
        guard try tables.device(verified.address) != nil, let row = try tables.account(verified.address.account) else {
            throw Problem(.unauthenticated, "This device is no longer linked.")
        }
        try delete(row, inTheNameOf: verified.address.device)
    }

    /// Deletes an account on the word of whoever runs the server.
    /// - Throws: `not-found`.
    public mutating func deleteAccount(_ account: AccountID) throws(Problem) {
        try delete(try look.accountRow(account), inTheNameOf: nil)
    }

    /// As the other, by handle.
    public mutating func deleteAccount(handle: Handle) throws(Problem) {
        guard let row = try tables.row(AccountRow.byHandle, handle) else {
            throw Problem(.notFound, "There is no such handle.")
        }
        try delete(row, inTheNameOf: nil)
    }

    /// From here on the account does not exist. What may be much is left to ``erase(_:limits:)``: everybody waits for
    /// this command, and ten devices with their keys are the most that goes with it.
    private mutating func delete(_ row: AccountRow, inTheNameOf device: DeviceID?) throws(Problem) {
        grows(.nothing)
        let devices = try tables.devices(of: row.account)
        for device in devices {
            try tables.removeDevice(device.address)
            after(.disconnect(device.address, .accountDeleted))
        }
        try tables.remove(BackupRow.ofAccount, row.account)
        try tables.removeAccount(row.account)
        try tables.put(
            TombstoneRow(accountHash: Tombstone.hash(of: row.account), handleHash: Tombstone.hash(of: row.handle)))
        let speaker = device ?? devices.first?.address.device ?? DeviceID(1)
        try tables.put(DoomedAccountRow(account: row.account, device: speaker))
    }
}
