import Chat
import Crypto
import Keys
import Wire

/// Prekeys: the server brokers the handshake and never takes part in it.
enum KeyRoutes {
    static let all: [Route] = [
        Route(Endpoints.uploadKeys) { (call, upload) throws(Problem) in
            let device = call.device
            let identity = try await call.look { (look) throws(Problem) in try look.identity(of: device) }
            let verified = try VerifiedPreKeyUpload(checking: upload, of: identity, now: call.chat.clock())
            return try await call.commit { (turn) throws(Problem) in try turn.upload(verified, of: device) }
        },
        Route(Endpoints.keyCounts) { (call) throws(Problem) in
            let device = call.device
            return try await call.look { (look) throws(Problem) in try look.preKeyCounts(of: device) }
        },
        Route(Endpoints.senderCertificate) { (call) throws(Problem) in
            let device = call.device
            let claim = try await call.look { (look) throws(Problem) in try look.senderClaim(of: device) }
            let services = call.services
            let certificate = VerifiedSenderCertificate(issuing: claim, signedBy: services.signingKey)
            return SenderCertificatePayload(
                certificate: certificate.bytes, expiresAt: claim.expiresAt,
                attributionKey: services.franking.attributionKey(of: claim).bytes)
        },
        Route(Endpoints.claimKeys) { (call, account) throws(Problem) in
            let (device, known) = (try call.asked(Parameters.device), try call.asked(Parameters.treeSize))
            let heads = call.services.treeHeads
            return try await call.commit { (turn) throws(Problem) in
                try turn.claimKeys(of: account, device: device).proven(in: turn.look, since: known, heads)
            }
        },
    ]
}

extension ClaimedKeys {
    /// With the proof that its list is in the key log.
    func proven(in look: Look, since known: UInt64?, _ heads: TreeHeads) throws(Problem) -> ClaimedKeys {
        var claimed = self
        claimed.transparency = try look.transparency(of: account, epoch: deviceList.epoch, since: known, heads)
        return claimed
    }
}
