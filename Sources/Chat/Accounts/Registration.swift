public import Keys
import Store
public import Wire

/// Who may register.
public enum RegistrationMode: String, Sendable, CaseIterable {
    case open
    case invite
}

/// A registration whose every signature was checked. Only the check makes one.
public struct VerifiedRegistration: Sendable {
    let request: RegistrationRequest
    let list: VerifiedDeviceList
    let preKeys: VerifiedPreKeyUpload

    /// Takes about 0.1 ms for each signature, so it runs before the command and not inside it.
    /// - Throws: `bad-signature`, `malformed`, `prekey-stale`.
    public init(_ request: RegistrationRequest, now: Timestamp) throws(Problem) {
        list = try Self.list(of: request)
        guard list.epoch == 1, list.devices.count == 1, let device = list.devices.first,
            device.device == DeviceID(1)
        else {
            throw Problem(.malformed, "The first list has epoch 1 and one device, number 1.", field: "deviceList")
        }
        try Self.requireStandingKeys(of: request.preKeys)
        preKeys = try VerifiedPreKeyUpload(checking: request.preKeys, of: device.identity, now: now)
        self.request = request
    }

    /// A device without these could not be written to, or only by a handshake that a quantum computer opens.
    static func requireStandingKeys(of upload: PreKeyUpload) throws(Problem) {
        guard upload.signedPreKey != nil, upload.kemLastResortPreKey != nil else {
            let detail = "A device starts with a signed prekey and a last-resort KEM prekey."
            throw Problem(.malformed, detail, field: "preKeys")
        }
    }

    private static func list(of request: RegistrationRequest) throws(Problem) -> VerifiedDeviceList {
        do {
            let unverified = try UnverifiedDeviceList(
                account: request.account, identity: request.identity, list: request.deviceList)
            return try unverified.verifiedOnFirstUse(account: request.account)
        } catch {
            throw Problem(.badSignature, "The device list does not verify.", field: "deviceList")
        }
    }
}

extension Turn {
    /// Creates an account with its first device, its keys and its tokens, in one step, and logs its device list.
    /// - Throws: `malformed` for an id of another shard; `handle-taken`; `account-taken`; `invite-required`;
    ///   `invite-invalid`.
    public mutating func register(
        _ verified: VerifiedRegistration, mode: RegistrationMode, invite: PresentedToken?, tokens: MintedTokens
    ) throws(Problem) -> Registered {
        grows(.posts)
        let request = verified.request
        try require(tables.shard, of: request.account)
        if try tables.account(request.account) != nil { throw Problem(.accountTaken, "Log in, or choose another id.") }
        if try tables.hasTombstone(hash: Tombstone.hash(of: request.account)) {
            throw Problem(.accountTaken, "An account with this id was deleted. Choose another id.")
        }
        if try tables.hasTombstone(hash: Tombstone.hash(of: request.handle)) {
            throw Problem(.handleTaken, "An account with this handle was deleted. Choose another handle.")
        }
        if try tables.row(AccountRow.byHandle, request.handle) != nil {
            throw Problem(.handleTaken, "Choose another handle.")
        }
        if mode == .invite { try spend(invite) }
        try tables.insert(
            AccountRow(
                account: request.account, handle: request.handle, identity: request.identity, createdAt: now,
                listEpoch: 1, listSignature: request.deviceList.signature, nextDevice: DeviceID(2)))
        let address = DeviceAddress(account: request.account, device: DeviceID(1))
        try insertDevice(request.deviceList.devices[0], at: address)
        try store(verified.preKeys.payload, of: address)
        try log(verified.list)
        return Registered(account: request.account, device: address.device, tokens: try insert(tokens, for: address))
    }

    /// The client draws the id, so that it is the same in every try.
    private func require(_ shard: Shard, of account: AccountID) throws(Problem) {
        guard account.shard == shard else {
            throw Problem(
                .malformed,
                "Ids of new accounts begin with shard \(shard) here, not \(account.shard): draw another one, with the "
                    + "shard that /.well-known/sotto names in its first 12 bits.",
                field: "account")
        }
    }

    private func spend(_ invite: PresentedToken?) throws(Problem) {
        guard let invite else { throw Problem(.inviteRequired, "Ask whoever runs the server for an invitation.") }
        guard var row = try tables.row(InviteRow.byHash, invite.hash), row.usesLeft > 0, row.expiresAt > now else {
            throw Problem(.inviteInvalid, "Ask for a new invitation.")
        }
        row.usesLeft -= 1
        if row.usesLeft == 0 { try tables.remove(InviteRow.byHash, row.hash) } else { try tables.put(row) }
    }

    func insertDevice(_ device: DevicePayload, at address: DeviceAddress) throws(Problem) {
        try tables.insertDevice(
            DeviceRow(
                address: address, registrationID: device.registrationID, identity: device.identity, linkedAt: now,
                lastSeenDay: nil))
    }
}

extension VerifiedPreKeyUpload {
    /// The check, with its failure as a problem.
    public init(checking payload: PreKeyUpload, of identity: DeviceIdentityKeys, now: Timestamp) throws(Problem) {
        do {
            self = try VerifiedPreKeyUpload(payload, of: identity, now: now)
        } catch {
            switch error {
            case .badSignature(let id):
                throw Problem(.badSignature, "Prekey \(id.rawValue) is not signed by the device.")
            case .stale(let id): throw Problem(.prekeyStale, "Prekey \(id.rawValue) is older than 60 days.")
            case .fromTheFuture(let id): throw Problem(.malformed, "Prekey \(id.rawValue) was made in the future.")
            case .notAKey(let id): throw Problem(.malformed, "Prekey \(id.rawValue) is not a usable key.")
            case .duplicate(let id): throw Problem(.malformed, "Prekey \(id.rawValue) stands twice.")
            case .tooMany: throw Problem(.malformed, "At most \(Limits.oneTimePreKeysPerUploadMax) one-time prekeys.")
            case .empty: throw Problem(.malformed, "There is no key in it.")
            case .malformed: throw Problem(.malformed, "A key is not of its form.")
            }
        }
    }
}
