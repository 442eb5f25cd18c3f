import Keys
import Wire

/// Keeps the server's stock of this device's prekeys.
final class PreKeyKeeper: Room {
    private let signed: SignedCalls
    private var isReplenishing = false

    init(_ ground: Ground, _ signed: SignedCalls) {
        self.signed = signed
        super.init(ground)
    }

    @discardableResult
    func replenish() async throws(ClientError) -> Int {
        guard !isReplenishing else { return 0 }
        isReplenishing = true
        defer { isReplenishing = false }
        let (profile, _) = try readyProfile()
        let counts = try await signed.run(Endpoints.keyCounts)
        let now = surroundings.now()
        let standing = try read(.standingPreKeys)
        let isOld = standing.map { now.seconds(since: $0.createdAt) >= ClientLimits.signedPreKeySeconds } ?? true
        // The server may not have heard of the newest: a crash between our write and the upload.
        let isAhead = counts.signedPreKeyCreatedAt != standing?.createdAt
            || !counts.hasLastResortPreKey || !counts.hasKEMLastResortPreKey
        let oneTimeCount = Self.wanted(counts.oneTimePreKeys)
        let kemCount = Self.wanted(counts.kemOneTimePreKeys)
        guard isOld || isAhead || oneTimeCount > 0 || kemCount > 0 else { return 0 }
        var counters = try counters()
        var transaction = StoreTransaction()
        let upload = PreKeyStock.mint(
            oneTimeCount: oneTimeCount, kemCount: kemCount, withStanding: isOld || isAhead,
            signedBy: try deviceIdentity(profile).keys, counters: &counters, now: now, into: &transaction)
        do { try PreKeyStock.prune(store, now: now, into: &transaction) } catch { throw .store(error) }
        try commit(transaction)
        try await signed.run(Endpoints.uploadKeys, body: upload)
        return max(oneTimeCount, kemCount)
    }

    private static func wanted(_ count: UInt64) -> Int {
        guard count < UInt64(Limits.oneTimePreKeysLow) else { return 0 }
        return min(ClientLimits.oneTimePreKeysTarget - Int(count), Limits.oneTimePreKeysPerUploadMax)
    }
}
