import Crypto
import Keys
import Ratchet
import Wire

/// Makes prekeys, keeps their private halves in the local store, and finds them again for a handshake.
enum PreKeyStock {
    /// New prekeys. Their private halves are in `transaction`, which must be committed before the upload leaves.
    static func mint(
        oneTimeCount: Int, kemCount: Int, withStanding: Bool, signedBy identity: borrowing DeviceIdentity,
        counters: inout Counters, now: Timestamp, into transaction: inout StoreTransaction
    ) -> PreKeyUpload {
        var upload = PreKeyUpload()
        for _ in 0..<oneTimeCount {
            let pair = OneTimePreKeyPair(id: nextID(&counters))
            put(pair.exportForSealedStore(), .oneTime, pair.publicKey.id, now, into: &transaction)
            upload.oneTimePreKeys.append(pair.publicKey.payload)
        }
        for _ in 0..<kemCount {
            let pair = KEMPreKeyPair(.oneTime, id: nextID(&counters), signedBy: identity)
            put(pair.exportForSealedStore(), .kem, pair.publicKey.id, now, into: &transaction)
            upload.kemOneTimePreKeys.append(pair.publicKey.payload)
        }
        if withStanding { mintStanding(identity, &counters, now, into: &transaction, &upload) }
        transaction.put(counters, at: .counters)
        return upload
    }

    private static func mintStanding(
        _ identity: borrowing DeviceIdentity, _ counters: inout Counters, _ now: Timestamp,
        into transaction: inout StoreTransaction, _ upload: inout PreKeyUpload
    ) {
        let signed = SignedPreKeyPair(.standing, id: nextID(&counters), createdAt: now, signedBy: identity)
        let lastResort = SignedPreKeyPair(.lastResort, id: nextID(&counters), createdAt: now, signedBy: identity)
        let kem = KEMPreKeyPair(.lastResort, id: nextID(&counters), signedBy: identity)
        put(signed.exportForSealedStore(), .signed, signed.publicKey.id, now, into: &transaction)
        put(lastResort.exportForSealedStore(), .lastResort, lastResort.publicKey.id, now, into: &transaction)
        put(kem.exportForSealedStore(), .kemLastResort, kem.publicKey.id, now, into: &transaction)
        upload.signedPreKey = signed.publicKey.payload
        upload.lastResortPreKey = lastResort.publicKey.payload
        upload.kemLastResortPreKey = kem.publicKey.payload
        transaction.put(
            StandingPreKeyIDs(
                signed: signed.publicKey.id.rawValue, lastResort: lastResort.publicKey.id.rawValue,
                kemLastResort: kem.publicKey.id.rawValue, createdAt: now),
            at: .standingPreKeys)
    }

    private static func nextID(_ counters: inout Counters) -> PreKeyID {
        defer { counters.nextPreKey += 1 }
        guard let id = PreKeyID(counters.nextPreKey) else { preconditionFailure("prekeys are numbered from 1") }
        return id
    }

    private static func put(
        _ secret: consuming SecretBytes, _ kind: StoredPreKey.Kind, _ id: PreKeyID, _ now: Timestamp,
        into transaction: inout StoreTransaction
    ) {
        transaction.put(
            StoredPreKey(secret: secret.exportUnprotected(), createdAt: now), at: .preKey(kind, id.rawValue))
    }

    /// Everything that is stored, as an upload: for a registration that was cut short and goes on.
    static func upload(from store: LocalStore) throws(LocalStoreError) -> PreKeyUpload {
        var upload = PreKeyUpload()
        for (kind, id) in try ids(in: store) {
            guard let secret = try secret(kind, id, in: store) else { continue }
            do {
                switch kind {
                case .oneTime:
                    upload.oneTimePreKeys.append(try OneTimePreKeyPair(fromSealedStore: secret).publicKey.payload)
                case .signed: upload.signedPreKey = try SignedPreKeyPair(fromSealedStore: secret).publicKey.payload
                case .lastResort:
                    upload.lastResortPreKey = try SignedPreKeyPair(fromSealedStore: secret).publicKey.payload
                case .kem: upload.kemOneTimePreKeys.append(try KEMPreKeyPair(fromSealedStore: secret).publicKey.payload)
                case .kemLastResort:
                    upload.kemLastResortPreKey = try KEMPreKeyPair(fromSealedStore: secret).publicKey.payload
                }
            } catch {
                throw .unreadable(key: StoreKey.preKey(kind, id).name)
            }
        }
        return upload
    }

    /// The private keys that a handshake names; `nil` when one of them is gone or never was.
    static func responderKeys(
        for handshake: Handshake, in store: LocalStore
    ) throws(LocalStoreError) -> ResponderPreKeys? {
        let kemKind: StoredPreKey.Kind = handshake.kem.kind == .oneTime ? .kem : .kemLastResort
        guard let signed = try secret(.signed, handshake.signedPreKey.rawValue, in: store),
            let kem = try secret(kemKind, handshake.kem.id.rawValue, in: store)
        else { return nil }
        do {
            let single: ResponderPreKeys.Single
            switch handshake.single {
            case .none:
                single = .none
            case .oneTime(let id):
                guard let secret = try secret(.oneTime, id.rawValue, in: store) else { return nil }
                single = .oneTime(try OneTimePreKeyPair(fromSealedStore: secret))
            case .lastResort(let id):
                guard let secret = try secret(.lastResort, id.rawValue, in: store) else { return nil }
                single = .lastResort(try SignedPreKeyPair(fromSealedStore: secret))
            }
            return ResponderPreKeys(
                signed: try SignedPreKeyPair(fromSealedStore: signed), single: single,
                kem: try KEMPreKeyPair(fromSealedStore: kem))
        } catch {
            throw .unreadable(key: StoreScope.preKeys.name)
        }
    }

    /// Deletes the one-time keys that a handshake used, or remembers a handshake that used none.
    static func spend(_ handshake: Handshake, now: Timestamp, into transaction: inout StoreTransaction) {
        if case .oneTime(let id) = handshake.single { transaction.remove(.preKey(.oneTime, id.rawValue)) }
        if handshake.kem.kind == .oneTime { transaction.remove(.preKey(.kem, handshake.kem.id.rawValue)) }
        if handshake.usesNoOneTimeKey { transaction.put(now, at: .answered(handshake.id)) }
    }

    /// Deletes what no handshake can name any more: replaced keys, surplus one-time keys, and the memory of
    /// handshakes with keys that are gone.
    static func prune(
        _ store: LocalStore, now: Timestamp, into transaction: inout StoreTransaction
    ) throws(LocalStoreError) {
        let standing = try store.value(.standingPreKeys)
        var surplus: [StoredPreKey.Kind: [UInt32]] = [:]
        for (kind, id) in try ids(in: store) {
            switch kind {
            case .oneTime, .kem:
                surplus[kind, default: []].append(id)
            case .signed, .lastResort, .kemLastResort:
                let isStanding = [standing?.signed, standing?.lastResort, standing?.kemLastResort].contains(id)
                guard !isStanding, let key = try store.value(.preKey(kind, id)),
                    now.seconds(since: key.createdAt) > ClientLimits.oldPreKeySeconds
                else { continue }
                transaction.remove(.preKey(kind, id))
            }
        }
        for (kind, ids) in surplus {
            for id in ids.sorted().dropLast(ClientLimits.oneTimePreKeysKeptMax) {
                transaction.remove(.preKey(kind, id))
            }
        }
        for (key, time) in try store.values(in: .answered)
        where now.seconds(since: time) > ClientLimits.oldPreKeySeconds {
            transaction.remove(key)
        }
    }

    private static func ids(in store: LocalStore) throws(LocalStoreError) -> [(StoredPreKey.Kind, UInt32)] {
        try store.keys(in: .preKeys).compactMap(\.preKey)
    }

    private static func secret(
        _ kind: StoredPreKey.Kind, _ id: UInt32, in store: LocalStore
    ) throws(LocalStoreError) -> SecretBytes? {
        guard let stored = try store.value(.preKey(kind, id)) else { return nil }
        return SecretBytes(copying: stored.secret)
    }
}
