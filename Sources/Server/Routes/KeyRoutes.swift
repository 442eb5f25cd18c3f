import Chat
import Keys
import Wire

/// Prekeys: the server brokers the handshake and never takes part in it.
enum KeyRoutes {
    static let all: [Route] = [
        Route(
            .put, "/v1/keys", area: "keys", "Add to this device's prekeys; every signature is checked",
            reads: PreKeyUpload.schema, gives: PreKeyCounts.schema, problems: [.badSignature, .prekeyStale],
            bodyByteCountMax: 512 * 1024
        ) { (call) throws(Problem) in
            let upload = try call.read(PreKeyUpload.self)
            let device = call.device
            let identity = try await call.chat.look { (look) throws(Problem) in try look.identity(of: device) }
            let verified = try VerifiedPreKeyUpload(checking: upload, of: identity, now: call.chat.clock())
            return try await call.commit { (turn) throws(Problem) in try turn.upload(verified, of: device) }
        },
        Route(
            .get, "/v1/keys", area: "keys", "What the server holds of this device's prekeys",
            gives: PreKeyCounts.schema
        ) { (call) throws(Problem) in
            let device = call.device
            return Reply(try await call.chat.look { (look) throws(Problem) in try look.preKeyCounts(of: device) })
        },
        Route(
            .get, "/v1/keys/sender-certificate", area: "keys",
            "The server's word on who this device is, to show to those it writes to without a login",
            gives: SenderCertificatePayload.schema
        ) { (call) throws(Problem) in
            let device = call.device
            let claim = try await call.chat.look { (look) throws(Problem) in try look.senderClaim(of: device) }
            let services = call.services
            let certificate = VerifiedSenderCertificate(issuing: claim, signedBy: services.signingKey)
            return Reply(
                SenderCertificatePayload(
                    certificate: certificate.bytes, expiresAt: claim.expiresAt,
                    attributionKey: services.franking.attributionKey(of: claim).bytes))
        },
        Route(
            .post, "/v1/keys/{account}/claims", area: "keys",
            "Claim a prekey bundle of each device; a one-time prekey is handed out once, ever",
            query: [
                .init(
                    name: "device", schema: .integer(1...UInt64(UInt32.max)),
                    summary: "Only this device's bundle; all devices when absent."),
                TransparencyRoutes.treeSizeParameter,
            ],
            gives: ClaimedKeys.schema
        ) { (call) throws(Problem) in
            let account: AccountID = try call.place("account")
            let device = try call.queryNumber("device", in: 1...UInt64(UInt32.max)).map { DeviceID(UInt32($0)) }
            let pair = "\(call.device) \(account) \(device?.description ?? "*")"
            try call.services.limiters.claims.take(pair, now: call.chat.clock())
            let known = try call.knownTreeSize()
            let heads = call.services.treeHeads
            return try await call.commit { (turn) throws(Problem) in
                var claimed = try turn.claimKeys(of: account, device: device)
                claimed.transparency = try turn.look.transparency(
                    of: account, epoch: claimed.deviceList.epoch, since: known, heads)
                return claimed
            }
        },
    ]
}
