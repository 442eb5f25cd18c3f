import Keys
import Wire

/// Follows the server's key log: its key is pinned at first contact, and it only ever goes on
/// (docs/protocol/transparency.md).
final class KeyLogFollower: Room {
    /// As it is in the store.
    private var known: PinnedLog?

    override init(_ ground: Ground) {
        super.init(ground)
        ground.records.whenTakenBack.append { [unowned self] in forget() }
    }

    /// What the store has is asked of it again.
    func forget() { known = nil }

    /// The log whose key is pinned; on first use, the one that the server names.
    func pinnedLog() async throws(ClientError) -> PinnedLog {
        if let known = try knownLog() { return known }
        return try pin(try await calls.run(Endpoints.serverCard))
    }

    /// Makes sure that the server is the one of first contact, before it hears or is asked anything of this account.
    /// Another one would know no such account, and would be believed that there is none any more.
    /// - Throws: ``ClientError/wrongServerName(expected:found:)``; ``ClientError/untrustedServer``.
    func requireSameServer(_ profile: Profile) async throws(ClientError) {
        let card = try await calls.run(Endpoints.serverCard)
        guard card.serverName == profile.serverName else {
            throw .wrongServerName(expected: profile.serverName, found: card.serverName)
        }
        _ = try pin(card)
    }

    /// Keeps the server's key at first contact, and from then on wants the same.
    func pin(_ card: ServerCard) throws(ClientError) -> PinnedLog {
        guard let key = try? ServerPublicKey(card.serverKey) else { throw .untrustedLog(.missing) }
        if let known = try knownLog() {
            guard known.key == key else { throw .untrustedServer }
            return known
        }
        let pinned = PinnedLog(key: key, head: nil)
        try keep(pinned)
        return pinned
    }

    func trustLogAnew() throws(ClientError) -> KeyLogEvidence? {
        guard let known = try knownLog() else { return nil }
        try keep(PinnedLog(key: known.key, head: nil))
        return known.head.map { KeyLogEvidence(head: $0.payload) }
    }

    /// What a request for a list says too: the size of the tree that is known.
    func treeSize(_ asked: VerifiedTreeHead?) -> [Argument] {
        guard let size = asked?.head.size, size > 0 else { return [] }
        return [Parameters.treeSize(size)]
    }

    /// The last verified head, as it is known before a request.
    func lastHead() throws(ClientError) -> VerifiedTreeHead? { try knownLog()?.head }

    /// Makes sure that the log has the list, and that it goes on from what was seen of it before.
    /// - Parameter asked: what ``lastHead()`` was when the list was asked for.
    /// - Throws: ``ClientError/untrustedLog(_:)``.
    func requireLogged(
        _ list: VerifiedDeviceList, _ proof: TransparencyPayload?, since asked: VerifiedTreeHead?
    ) async throws(ClientError) {
        guard let proof else { throw .untrustedLog(.missing) }
        let head = try Self.verified(proof.head, by: try await pinnedLog().key)
        let entry = KeyLogEntry(list, kind: .init(proof.kind))
        guard let path = MerkleProof.path(proof.inclusion), head.includes(entry, at: proof.index, by: path) else {
            throw .untrustedLog(.notIncluded)
        }
        try await follow(head, proof.consistency.flatMap { MerkleProof.path($0) }, since: asked)
    }

    /// Goes on to `head`, when it goes on from the last one. One that is smaller must lead to the last one instead:
    /// answers overtake each other.
    private func follow(
        _ head: VerifiedTreeHead, _ path: [[UInt8]]?, since asked: VerifiedTreeHead?
    ) async throws(ClientError) {
        // Other answers may move the last head meanwhile.
        for _ in 0..<ClientLimits.headTriesMax {
            guard let last = try lastHead() else { return try keep(head) }
            let isNewer = head.head.size >= last.head.size
            let (earlier, later) = isNewer ? (last, head) : (head, last)
            var proof: [[UInt8]] = []
            if earlier.head.size > 0, earlier.head.size < later.head.size {
                if isNewer, last == asked, let path {
                    proof = path
                } else {
                    proof = try await consistency(from: earlier, to: later, isGrowing: isNewer)
                }
            }
            guard earlier.precedes(later, by: proof) else { throw .untrustedLog(.forked) }
            guard try lastHead() == last else { continue }
            if head.head.size > last.head.size { try keep(head) }
            return
        }
        throw .unexpectedAnswer(status: 200)
    }

    private func consistency(
        from earlier: VerifiedTreeHead, to later: VerifiedTreeHead, isGrowing: Bool
    ) async throws(ClientError) -> [[UInt8]] {
        let sizes = [Endpoints.smallerSize(earlier.head.size), Endpoints.largerSize(later.head.size)]
        let answer: MerkleProofPayload
        do {
            answer = try await calls.run(Endpoints.keyLogConsistency, query: sizes)
        } catch {
            // The server says that it has no tree of that size: of the last one, it once signed it.
            guard case .refused(let problem) = error, problem.code == .notFound else { throw error }
            throw .untrustedLog(isGrowing ? .forked : .rolledBack)
        }
        guard let path = MerkleProof.path(answer.hashes) else { throw .untrustedLog(.forked) }
        return path
    }

    static func verified(
        _ payload: TreeHeadPayload, by key: ServerPublicKey
    ) throws(ClientError) -> VerifiedTreeHead {
        guard let unverified = UnverifiedTreeHead(payload) else { throw .untrustedLog(.badSignature) }
        do {
            return try unverified.verified(by: key)
        } catch {
            switch error {
            case .anotherLog: throw .untrustedLog(.anotherKey)
            case .badSignature: throw .untrustedLog(.badSignature)
            }
        }
    }

    /// What the server says of itself. Its name was checked against what it should be.
    func learnServer() async throws(ClientError) -> ServerCard {
        let card: ServerCard
        do {
            card = try await calls.run(Endpoints.serverCard)
        } catch {
            // Every server has one for clients: this is another port of it, such as the one for its admin.
            guard case .refused(let problem) = error, problem.code == .notFound else { throw error }
            throw .unexpectedAnswer(status: problem.status, isForeign: true)
        }
        guard let server = ground.server else { throw .noServer }
        let expected = configuration.serverName ?? (server.isSecure ? server.host : card.serverName)
        guard card.serverName == expected else {
            throw .wrongServerName(expected: expected, found: card.serverName)
        }
        return card
    }

    // MARK: In the store

    func knownLog() throws(ClientError) -> PinnedLog? {
        if let known { return known }
        guard let stored = try read(.keyLog) else { return nil }
        do { known = try stored.pinned() } catch { throw .store(error) }
        return known
    }

    private func keep(_ head: VerifiedTreeHead) throws(ClientError) {
        guard var pinned = try knownLog() else { return }
        pinned.head = head
        try keep(pinned)
    }

    private func keep(_ pinned: PinnedLog) throws(ClientError) {
        var transaction = StoreTransaction()
        transaction.put(KnownLog(key: pinned.key, head: pinned.head), at: .keyLog)
        try commit(transaction)
        known = pinned
    }
}
