/// Prekeys that a device wants to store at the server, as they came.
public struct UnverifiedPreKeyUpload: Hashable, Sendable {
    /// Replaces the signed prekey.
    public var signedPreKey: SignedPreKey?
    /// Are added to the one-time prekeys.
    public var oneTimePreKeys: [OneTimePreKey]
    /// Are added to the one-time ML-KEM prekeys.
    public var kemOneTimePreKeys: [KEMPreKey]
    /// Replaces the last-resort ML-KEM prekey.
    public var kemLastResortPreKey: KEMPreKey?

    public init(
        signedPreKey: SignedPreKey? = nil, oneTimePreKeys: [OneTimePreKey] = [],
        kemOneTimePreKeys: [KEMPreKey] = [], kemLastResortPreKey: KEMPreKey? = nil
    ) {
        self.signedPreKey = signedPreKey
        self.oneTimePreKeys = oneTimePreKeys
        self.kemOneTimePreKeys = kemOneTimePreKeys
        self.kemLastResortPreKey = kemLastResortPreKey
    }

    /// The upload as a type that may be stored, when everything in it is `identity`'s and within the broker's rules.
    ///
    /// Costs one signature check per signed key, 102 at most; the cheap checks come first.
    /// - Throws: ``PreKeyError``, for the first key found wanting.
    public func verified(
        for identity: DeviceIdentityKeys, nowMilliseconds: UInt64
    ) throws(PreKeyError) -> VerifiedPreKeyUpload {
        guard oneTimePreKeys.count <= BrokerRules.batchCountMax,
              kemOneTimePreKeys.count <= BrokerRules.batchCountMax else { throw .tooMany }
        guard signedPreKey != nil || kemLastResortPreKey != nil || !oneTimePreKeys.isEmpty
                || !kemOneTimePreKeys.isEmpty else { throw .empty }
        try Self.verifyDistinct(oneTimePreKeys.map(\.id))
        try Self.verifyDistinct(kemOneTimePreKeys.map(\.id) + (kemLastResortPreKey.map { [$0.id] } ?? []))
        if let signedPreKey {
            try PreKeyCheck.verifySignedPreKey(signedPreKey, of: identity, nowMilliseconds: nowMilliseconds)
        }
        if let kemLastResortPreKey {
            try PreKeyCheck.verifyKEMPreKey(
                kemLastResortPreKey, kind: .lastResort, of: identity, nowMilliseconds: nowMilliseconds)
        }
        for key in kemOneTimePreKeys {
            try PreKeyCheck.verifyKEMPreKey(key, kind: .oneTime, of: identity, nowMilliseconds: nowMilliseconds)
        }
        return VerifiedPreKeyUpload(self)
    }

    private static func verifyDistinct(_ ids: [PreKeyID]) throws(PreKeyError) {
        var seen: Set<PreKeyID> = []
        for id in ids where !seen.insert(id).inserted { throw .duplicate(id) }
    }
}

/// Prekeys whose signatures, kinds and ages were checked against the device that uploads them.
public struct VerifiedPreKeyUpload: Hashable, Sendable {
    public let signedPreKey: SignedPreKey?
    public let oneTimePreKeys: [OneTimePreKey]
    public let kemOneTimePreKeys: [KEMPreKey]
    public let kemLastResortPreKey: KEMPreKey?

    fileprivate init(_ upload: UnverifiedPreKeyUpload) {
        signedPreKey = upload.signedPreKey
        oneTimePreKeys = upload.oneTimePreKeys
        kemOneTimePreKeys = upload.kemOneTimePreKeys
        kemLastResortPreKey = upload.kemLastResortPreKey
    }
}
