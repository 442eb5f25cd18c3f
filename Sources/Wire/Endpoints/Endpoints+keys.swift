// Prekeys, and the key log for anyone who wants to check it. docs/protocol/prekeys.md, transparency.md

extension Endpoints {
    public static let uploadKeys = Endpoint(
        .put, "/v1/keys", area: "keys", "Add to this device's prekeys; every signature is checked",
        allows: .all, home: .caller, reads: PreKeyUpload.self, gives: PreKeyCounts.self,
        problems: [.badSignature, .prekeyStale], bodyByteCountMax: 512 * 1024)

    public static let keyCounts = Endpoint(
        .get, "/v1/keys", area: "keys", "What the server holds of this device's prekeys",
        allows: .all, home: .caller, gives: PreKeyCounts.self)

    public static let senderCertificate = Endpoint(
        .get, "/v1/keys/sender-certificate", area: "keys",
        "The server's word on who this device is, to show to those it writes to without a login",
        allows: .all, home: .caller, gives: SenderCertificatePayload.self)

    public static let claimKeys = Endpoint(
        .post, "/v1/keys/{account}/claims", AccountID.self, area: "keys",
        "Claim a prekey bundle of each device; a one-time prekey is handed out once, ever",
        allows: .all, home: .place, buckets: [.claims],
        query: [Parameters.device.facts, Parameters.treeSize.facts], gives: ClaimedKeys.self)

    public static let keyLogHead = Endpoint(
        .get, "/v1/transparency/head", area: "transparency",
        "The key log's newest signed tree head, and what its witnesses signed last",
        access: .anybody, allows: .all, home: .anywhere, gives: KeyLogHead.self)

    /// Which entries of the key log.
    public static let firstEntry = Parameter(
        "from", 0...Limits.keyLogSizeMax, "The index of the first; 0 when absent.")
    public static let entryLimit = Parameter(
        "limit", 1...UInt64(Limits.keyLogEntriesMax), "How many at most; \(Limits.keyLogEntriesMax) when absent.")

    public static let keyLogEntries = Endpoint(
        .get, "/v1/transparency/entries", area: "transparency", "Entries of the key log, one after another",
        access: .anybody, allows: .all, home: .anywhere, query: [firstEntry.facts, entryLimit.facts],
        gives: KeyLogPage.self)

    /// Sizes of two trees.
    public static let smallerSize = Parameter("from", 1...Limits.keyLogSizeMax, "The smaller size.")
    public static let largerSize = Parameter("to", 1...Limits.keyLogSizeMax, "The larger size.")

    public static let keyLogConsistency = Endpoint(
        .get, "/v1/transparency/consistency", area: "transparency",
        "Prove that the tree of one size goes on from that of another",
        access: .anybody, allows: .all, home: .anywhere, query: [smallerSize.facts, largerSize.facts],
        gives: MerkleProofPayload.self, problems: [.notFound])

    /// An entry in a tree.
    public static let entryIndex = Parameter("index", 0...Limits.keyLogSizeMax, "Of the entry.")
    public static let inTreeSize = Parameter("size", 1...Limits.keyLogSizeMax, "Of the tree.")

    public static let keyLogInclusion = Endpoint(
        .get, "/v1/transparency/inclusion", area: "transparency", "Prove that an entry is in the tree of some size",
        access: .anybody, allows: .all, home: .anywhere, query: [entryIndex.facts, inTreeSize.facts],
        gives: MerkleProofPayload.self, problems: [.notFound])

    public static let cosign = Endpoint(
        .post, "/v1/transparency/cosignatures", area: "transparency",
        "Leave the signature of a witness whom the operator named",
        access: .anybody, allows: .all, home: .anywhere, reads: CosignaturePayload.self,
        problems: [.forbidden, .badSignature])

    /// After which epoch of the account.
    public static let afterEpoch = Parameter("after", 0...UInt64(UInt32.max), "Only later epochs; all when absent.")

    public static let accountLog = Endpoint(
        .get, "/v1/accounts/{account}/transparency", AccountReference.self, area: "transparency",
        "What the key log has of an account, by epoch; `me` is the caller's own",
        allows: .all, home: .place, query: [afterEpoch.facts, Parameters.limit.facts], gives: Page<KeyLogItem>.self)
}
