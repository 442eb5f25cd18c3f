public import Keys
import Crypto
import Store
public import Wire

/// Somebody whom the operator trusts to watch the key log, and who signs what they saw.
public struct Witness: Sendable, Equatable {
    /// What the operator calls them.
    public let name: String
    /// What their cosignatures verify with.
    public let key: WitnessKey

    public init(name: String, key: WitnessKey) {
        self.name = name
        self.key = key
    }

    /// `name=key`, the key as 43 characters of base64url. `nil` for anything else.
    public init?(text: some StringProtocol) {
        let halves = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard halves.count == 2, (1...Limits.nameLengthMax).contains(halves[0].unicodeScalars.count),
            let bytes = Base64URL.decode(halves[1]), let key = try? WitnessKey(bytes)
        else { return nil }
        self.init(name: String(halves[0]), key: key)
    }

    var setting: String { "cosignature-" + Base64URL.encode(key.bytes) }
}

/// A cosignature of a witness that the operator named, whose signature was checked.
public struct VerifiedCosignature: Sendable {
    let witness: Witness
    let payload: CosignaturePayload

    /// - Throws: `forbidden` for a witness that is not named; `bad-signature`.
    public init(_ payload: CosignaturePayload, by witnesses: [Witness], of heads: TreeHeads) throws(Problem) {
        guard let witness = witnesses.first(where: { $0.key.bytes == payload.key }) else {
            throw Problem(.forbidden, "This server knows no such witness.", field: "key")
        }
        guard
            let head = TreeHead(log: heads.log, size: payload.treeSize, root: payload.root, time: payload.time),
            let signature = try? Ed25519.Signature(payload.signature),
            head.isCosigned(by: witness.key, signature)
        else { throw Problem(.badSignature, "The cosignature does not verify.", field: "signature") }
        self.witness = witness
        self.payload = payload
    }
}

extension Turn {
    /// Keeps what a witness signed, unless it has signed a larger tree, or later, before.
    /// - Throws: `not-found` for a size that the log does not have; `malformed` for another root than it had then:
    ///   the witness has seen another log.
    public mutating func keep(_ cosignature: VerifiedCosignature) throws(Problem) {
        grows(.messages)
        let payload = cosignature.payload
        guard try look.keyLogRoot(size: payload.treeSize) == payload.root else {
            throw Problem(.malformed, "The log's tree of that size has another root.", field: "root")
        }
        if let known = try look.cosignature(of: cosignature.witness),
            (known.treeSize, known.time) > (payload.treeSize, payload.time) {
            return
        }
        var kept = payload
        kept.name = nil
        try tables.put(SettingRow(name: cosignature.witness.setting, value: kept.encoded(as: .cbor)))
    }
}

extension Look {
    func cosignature(of witness: Witness) throws(Problem) -> CosignaturePayload? {
        guard let stored = try tables.row(SettingRow.byName, witness.setting)?.value else { return nil }
        let context = WireContext(form: .cbor, refusesUnknownFields: false)
        do {
            return try CosignaturePayload.decode(stored, in: context)
        } catch {
            throw Problem(.internalError, "A stored cosignature does not read.")
        }
    }
}
