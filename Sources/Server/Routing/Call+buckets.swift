import Chat
import Wire

extension Call {
    /// Takes from the endpoint's buckets, as far as it is known already whom they count.
    /// - Throws: `rate-limited`.
    func takeFromBuckets() throws(Problem) {
        let (limiters, now) = (services.limiters, chat.clock())
        for bucket in endpoint.buckets {
            switch bucket {
            case .registrations: try limiters.registrations.take(remoteAddress, now: now)
            case .logins: try limiters.logins.take(remoteAddress, now: now)
            case .sends: try limiters.sends.take(device, now: now)
            case .leases: try limiters.leases.take(device, now: now)
            case .reports: try limiters.reports.take(account, now: now)
            case .claims:
                // As it reads, and not as it is written: each way to write a number would be a bucket more.
                let asked = try asked(Parameters.device).map { "\($0)" } ?? "*"
                try limiters.claims.take("\(device) \(places.joined(separator: " ")) \(asked)", now: now)
            case .deviceLists where caller != nil: try limiters.deviceLists.take(account, now: now)
            case .deviceLists, .sealedDeliveries, .sealedClaims, .tokens: break  // Whom it counts, a token tells first.
            }
        }
    }

    /// Takes from those of the endpoint's buckets that count an account for which a token was shown just now.
    /// - Throws: `rate-limited`.
    func takeFromBuckets(ofAdmitted account: AccountID) throws(Problem) {
        let (limiters, now) = (services.limiters, chat.clock())
        for bucket in endpoint.buckets {
            switch bucket {
            case .deviceLists: try limiters.deviceLists.take(account, now: now)
            case .sealedDeliveries:
                try limiters.takeSealedDelivery(
                    to: account, byteCount: bodyByteCount, from: remoteAddress, now: now)
            case .sealedClaims: try limiters.sealedClaims.take(account, now: now)
            case .registrations, .logins, .tokens, .claims, .sends, .leases, .reports: break
            }
        }
    }

    /// Takes a login or a renewal from the bucket of a device, of which a signature or a token was shown.
    /// - Throws: `rate-limited`.
    func takeLogin(of device: DeviceAddress) throws(Problem) {
        try services.limiters.logins.take("\(device)", now: chat.clock())
    }
}
