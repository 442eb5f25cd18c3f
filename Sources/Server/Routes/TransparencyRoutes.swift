import Chat
import Wire

/// The key log: for anyone who wants to check it.
enum TransparencyRoutes {
    /// What a request says that knows the log already.
    static let treeSizeParameter = Route.Parameter(
        name: "treeSize", schema: .integer(1...Limits.keyLogSizeMax),
        summary: "The size of the key log's tree that is known: the answer proves that its tree goes on from there.")

    static let all: [Route] = [
        Route(
            .get, "/v1/transparency/head", area: "transparency",
            "The key log's newest signed tree head, and what its witnesses signed last", access: .none,
            gives: KeyLogHead.schema
        ) { (call) throws(Problem) in
            let (heads, witnesses) = (call.services.treeHeads, call.services.configuration.witnesses)
            return Reply(
                try await call.chat.look { (look) throws(Problem) in
                    try look.keyLogHead(heads, witnesses: witnesses)
                })
        },
        Route(
            .get, "/v1/transparency/entries", area: "transparency", "Entries of the key log, one after another",
            access: .none,
            query: [
                .init(name: "from", schema: size(from: 0), summary: "The index of the first; 0 when absent."),
                .init(
                    name: "limit", schema: .integer(1...UInt64(Limits.keyLogEntriesMax)),
                    summary: "How many at most; \(Limits.keyLogEntriesMax) when absent."),
            ],
            gives: KeyLogPage.schema
        ) { (call) throws(Problem) in
            let from = try call.queryNumber("from", in: 0...Limits.keyLogSizeMax) ?? 0
            let limit = try call.queryNumber("limit", in: 1...UInt64(Limits.keyLogEntriesMax))
            return Reply(
                try await call.chat.look { (look) throws(Problem) in
                    try look.keyLogPage(from: from, limit: limit.map(Int.init) ?? Limits.keyLogEntriesMax)
                })
        },
        Route(
            .get, "/v1/transparency/consistency", area: "transparency",
            "Prove that the tree of one size goes on from that of another", access: .none,
            query: [
                .init(name: "from", schema: size(from: 1), summary: "The smaller size."),
                .init(name: "to", schema: size(from: 1), summary: "The larger size."),
            ],
            gives: MerkleProofPayload.schema
        ) { (call) throws(Problem) in
            let from = try number("from", from: 1, of: call)
            let to = try number("to", from: 1, of: call)
            return Reply(
                try await call.chat.look { (look) throws(Problem) in try look.keyLogConsistency(from: from, to: to) })
        },
        Route(
            .get, "/v1/transparency/inclusion", area: "transparency",
            "Prove that an entry is in the tree of some size", access: .none,
            query: [
                .init(name: "index", schema: size(from: 0), summary: "Of the entry."),
                .init(name: "size", schema: size(from: 1), summary: "Of the tree."),
            ],
            gives: MerkleProofPayload.schema
        ) { (call) throws(Problem) in
            let index = try number("index", from: 0, of: call)
            let size = try number("size", from: 1, of: call)
            return Reply(
                try await call.chat.look { (look) throws(Problem) in try look.keyLogInclusion(of: index, size: size) })
        },
        Route(
            .post, "/v1/transparency/cosignatures", area: "transparency",
            "Leave the signature of a witness whom the operator named", access: .none,
            reads: CosignaturePayload.schema, problems: [.forbidden, .badSignature]
        ) { (call) throws(Problem) in
            let cosignature = try VerifiedCosignature(
                try call.read(CosignaturePayload.self), by: call.services.configuration.witnesses,
                of: call.services.treeHeads)
            return try await call.commitNothing { (turn) throws(Problem) in try turn.keep(cosignature) }
        },
        Route(
            .get, "/v1/accounts/{account}/transparency", area: "transparency",
            "What the key log has of an account, by epoch; `me` is the caller's own",
            query: [
                .init(
                    name: "after", schema: .integer(0...UInt64(UInt32.max)),
                    summary: "Only later epochs; all when absent."),
                Route.limitParameter,
            ],
            gives: Page<KeyLogItem>.schema
        ) { (call) throws(Problem) in
            let account: AccountID = call.places["account"] == "me" ? call.device.account : try call.place("account")
            let after = try call.queryNumber("after", in: 0...UInt64(UInt32.max)) ?? 0
            let limit = try call.limit()
            return Reply(
                try await call.chat.look { (look) throws(Problem) in
                    try look.keyLog(of: account, after: after, limit: limit)
                })
        },
    ]

    private static func size(from least: UInt64) -> Schema { .integer(least...Limits.keyLogSizeMax) }

    private static func number(_ name: String, from least: UInt64, of call: Call) throws(Problem) -> UInt64 {
        guard let number = try call.queryNumber(name, in: least...Limits.keyLogSizeMax) else {
            throw Problem(.malformed, "is needed", field: "query.\(name)")
        }
        return number
    }
}

extension Call {
    /// The size of the key log's tree that the caller knows, where it says so.
    func knownTreeSize() throws(Problem) -> UInt64? {
        try queryNumber("treeSize", in: 1...Limits.keyLogSizeMax)
    }
}

extension AccountView {
    /// With the proof that its list is in the key log.
    func proven(in look: Look, since known: UInt64?, _ heads: TreeHeads) throws(Problem) -> AccountView {
        var view = self
        view.transparency = try look.transparency(of: account, epoch: deviceList.epoch, since: known, heads)
        return view
    }
}
