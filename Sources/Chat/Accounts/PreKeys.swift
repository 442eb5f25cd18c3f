public import Keys
import Store
public import Wire

extension Turn {
    /// Adds what a device uploaded to what is stored.
    /// - Throws: `malformed` for more one-time prekeys than are kept; `quota-exceeded`.
    public mutating func upload(
        _ upload: VerifiedPreKeyUpload, of device: DeviceAddress
    ) throws(Problem) -> PreKeyCounts {
        grows(.messages)
        let stored = try look.preKeyCounts(of: device)
        let stock = [
            stored.oneTimePreKeys + UInt64(upload.payload.oneTimePreKeys.count),
            stored.kemOneTimePreKeys + UInt64(upload.payload.kemOneTimePreKeys.count),
        ]
        guard stock.allSatisfy({ $0 <= UInt64(Limits.oneTimePreKeysStoredMax) }) else {
            throw Problem(.malformed, "At most \(Limits.oneTimePreKeysStoredMax) one-time prekeys are kept.")
        }
        try charge(.rows(upload.payload.rowCount), to: device.account)
        try store(upload.payload, of: device)
        return try look.preKeyCounts(of: device)
    }

    func store(_ upload: PreKeyUpload, of device: DeviceAddress) throws(Problem) {
        let before = try tables.standingPreKeys(of: device)
        if let signedPreKey = upload.signedPreKey ?? before?.signedPreKey {
            let standing = StandingPreKeys(
                signedPreKey: signedPreKey,
                lastResortPreKey: upload.lastResortPreKey ?? before?.lastResortPreKey,
                kemLastResortPreKey: upload.kemLastResortPreKey ?? before?.kemLastResortPreKey)
            if standing != before { try tables.putStandingPreKeys(standing, of: device) }
        }
        if !upload.oneTimePreKeys.isEmpty { try tables.addOneTimePreKeys(upload.oneTimePreKeys, of: device) }
        if !upload.kemOneTimePreKeys.isEmpty { try tables.addKEMOneTimePreKeys(upload.kemOneTimePreKeys, of: device) }
    }

    /// Hands out a bundle for each device asked for. A one-time prekey leaves the stock with it, for ever; when there
    /// is none left, the last-resort one stands in. A device that runs low hears `keys.low`.
    /// - Parameter device: one device, or `nil` for all.
    /// - Throws: `not-found`.
    public mutating func claimKeys(of account: AccountID, device: DeviceID?) throws(Problem) -> ClaimedKeys {
        grows(.messages)
        let row = try look.accountRow(account)
        let list = try look.deviceList(of: row)
        let wanted = list.devices.filter { device == nil || $0.device == device }
        guard !wanted.isEmpty else { throw Problem(.notFound, "There is no such device.") }
        var bundles: [PreKeyBundlePayload] = []
        for entry in wanted {
            let address = DeviceAddress(account: account, device: entry.device)
            if let bundle = try claimBundle(of: entry, at: address) { bundles.append(bundle) }
        }
        return ClaimedKeys(account: account, identity: row.identity, deviceList: list, bundles: bundles)
    }

    private mutating func claimBundle(
        of entry: DevicePayload, at address: DeviceAddress
    ) throws(Problem) -> PreKeyBundlePayload? {
        guard let standing = try tables.standingPreKeys(of: address) else { return nil }
        let oneTime = try tables.popOneTimePreKey(of: address)
        let kemOneTime = try tables.popKEMOneTimePreKey(of: address)
        let left = try tables.oneTimePreKeyCount(of: address)
        if BrokerRules.isLow(oneTimeKeyCount: left) {
            after(.notify(.init(topic: .keysLow, count: UInt64(left)), address))
        }
        return PreKeyBundlePayload(
            device: entry.device, registrationID: entry.registrationID, identity: entry.identity,
            signedPreKey: standing.signedPreKey, oneTimePreKey: oneTime,
            lastResortPreKey: oneTime == nil ? standing.lastResortPreKey : nil,
            kemPreKey: kemOneTime ?? standing.kemLastResortPreKey)
    }
}

extension PreKeyUpload {
    /// At most: the standing ones are one row, that is replaced.
    var rowCount: Int { 1 + oneTimePreKeys.count + kemOneTimePreKeys.count }
}

extension Look {
    /// What is stored of a device's prekeys.
    public func preKeyCounts(of device: DeviceAddress) throws(Problem) -> PreKeyCounts {
        let standing = try tables.standingPreKeys(of: device)
        return PreKeyCounts(
            oneTimePreKeys: UInt64(try tables.oneTimePreKeyCount(of: device)),
            kemOneTimePreKeys: UInt64(try tables.kemOneTimePreKeyCount(of: device)),
            signedPreKeyCreatedAt: standing?.signedPreKey.createdAt,
            hasLastResortPreKey: standing?.lastResortPreKey != nil,
            hasKEMLastResortPreKey: standing?.kemLastResortPreKey != nil)
    }

    /// The keys that `device` signs with.
    /// - Throws: `unauthenticated`, also for a device that does not exist.
    public func identity(of device: DeviceAddress) throws(Problem) -> DeviceIdentityKeys {
        guard let row = try tables.device(device), let keys = try? DeviceIdentityKeys(row.identity) else {
            throw Problem(.unauthenticated, "The login was not accepted.")
        }
        return keys
    }
}
