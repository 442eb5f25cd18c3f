public import Wire

/// Prekeys whose names, signatures, kinds and ages were checked against the device that uploads them.
///
/// A server stores what is in ``payload`` only after this was made of it.
public struct VerifiedPreKeyUpload: Equatable, Sendable {
    /// The upload, as it came.
    public let payload: PreKeyUpload

    /// Checks everything in `payload`: at most 203 signatures, the cheap checks first.
    /// - Throws: ``PreKeyError``, for the first key found wanting.
    public init(
        _ payload: PreKeyUpload, of identity: DeviceIdentityKeys, now: Timestamp
    ) throws(PreKeyError) {
        let parts = try Parts(payload)
        try parts.verifyCounts()
        try parts.verifySignatures(of: identity, now: now)
        self.payload = payload
    }

    /// Whether a device can be reached with nothing but this: what its first upload must hold. There is no handshake
    /// without an ML-KEM prekey, so the last resort may not be missing.
    public var isCompleteForFirstUse: Bool { payload.signedPreKey != nil && payload.kemLastResortPreKey != nil }

    /// The keys of an upload, well formed but not checked.
    private struct Parts {
        let standing: SignedPreKey?
        let lastResort: SignedPreKey?
        let oneTime: [OneTimePreKey]
        let kemOneTime: [KEMPreKey]
        let kemLastResort: KEMPreKey?

        init(_ payload: PreKeyUpload) throws(PreKeyError) {
            guard payload.oneTimePreKeys.count <= Limits.oneTimePreKeysPerUploadMax,
                  payload.kemOneTimePreKeys.count <= Limits.oneTimePreKeysPerUploadMax else { throw .tooMany }
            do {
                standing = try payload.signedPreKey.map(SignedPreKey.init)
                lastResort = try payload.lastResortPreKey.map(SignedPreKey.init)
                oneTime = try payload.oneTimePreKeys.map(OneTimePreKey.init)
            } catch {
                throw .malformed
            }
            kemOneTime = try payload.kemOneTimePreKeys.map(PreKeyCheck.kemPreKey)
            kemLastResort = try payload.kemLastResortPreKey.map(PreKeyCheck.kemPreKey)
        }

        func verifyCounts() throws(PreKeyError) {
            let isEmpty = standing == nil && lastResort == nil && kemLastResort == nil
                && oneTime.isEmpty && kemOneTime.isEmpty
            guard !isEmpty else { throw .empty }
            try Self.verifyDistinct(oneTime.map(\.id))
            try Self.verifyDistinct(kemOneTime.map(\.id) + [kemLastResort?.id].compactMap(\.self))
        }

        func verifySignatures(of identity: DeviceIdentityKeys, now: Timestamp) throws(PreKeyError) {
            if let standing {
                try PreKeyCheck.verifySignedPreKey(standing, as: .standing, of: identity, now: now)
            }
            if let lastResort {
                try PreKeyCheck.verifySignedPreKey(lastResort, as: .lastResort, of: identity, now: now)
            }
            if let kemLastResort {
                try PreKeyCheck.verifyKEMPreKey(kemLastResort, as: .lastResort, of: identity)
            }
            for key in kemOneTime { try PreKeyCheck.verifyKEMPreKey(key, as: .oneTime, of: identity) }
        }

        private static func verifyDistinct(_ ids: [PreKeyID]) throws(PreKeyError) {
            var seen: Set<PreKeyID> = []
            for id in ids where !seen.insert(id).inserted { throw .duplicate(id) }
        }
    }
}
