import Chat
import Wire

/// The key log: for anyone who wants to check it.
enum TransparencyRoutes {
    static let all: [Route] = [
        Route(Endpoints.keyLogHead) { (call) throws(Problem) in
            let (heads, witnesses) = (call.services.treeHeads, call.services.configuration.witnesses)
            return try await call.look { (look) throws(Problem) in try look.keyLogHead(heads, witnesses: witnesses) }
        },
        Route(Endpoints.keyLogEntries) { (call) throws(Problem) in
            let from = try call.asked(Endpoints.firstEntry) ?? 0
            let limit = try call.asked(Endpoints.entryLimit).map(Int.init) ?? Limits.keyLogEntriesMax
            return try await call.look { (look) throws(Problem) in try look.keyLogPage(from: from, limit: limit) }
        },
        Route(Endpoints.keyLogConsistency) { (call) throws(Problem) in
            let (from, to) = (try call.needed(Endpoints.smallerSize), try call.needed(Endpoints.largerSize))
            return try await call.look { (look) throws(Problem) in try look.keyLogConsistency(from: from, to: to) }
        },
        Route(Endpoints.keyLogInclusion) { (call) throws(Problem) in
            let (index, size) = (try call.needed(Endpoints.entryIndex), try call.needed(Endpoints.inTreeSize))
            return try await call.look { (look) throws(Problem) in try look.keyLogInclusion(of: index, size: size) }
        },
        Route(Endpoints.cosign) { (call, payload) throws(Problem) in
            let services = call.services
            let cosignature = try VerifiedCosignature(
                payload, by: services.configuration.witnesses, of: services.treeHeads)
            return try await call.commit { (turn) throws(Problem) in try turn.keep(cosignature) }
        },
        Route(Endpoints.accountLog) { (call, whom) throws(Problem) in
            let account = whom.account(askedBy: call.account)
            let (after, limit) = (try call.asked(Endpoints.afterEpoch) ?? 0, try call.limit())
            return try await call.look { (look) throws(Problem) in
                try look.keyLog(of: account, after: after, limit: limit)
            }
        },
    ]
}

extension AccountView {
    /// With the proof that its list is in the key log.
    func proven(in look: Look, since known: UInt64?, _ heads: TreeHeads) throws(Problem) -> AccountView {
        var view = self
        view.transparency = try look.transparency(of: account, epoch: deviceList.epoch, since: known, heads)
        return view
    }
}
