import Keys
public import Store
public import Wire

/// A change of a device list whose signatures were checked against the account's own key.
public struct VerifiedListChange: Sendable {
    let list: VerifiedDeviceList
    let payload: DeviceListPayload
    let preKeys: PreKeyUpload?

    /// - Parameter account: the account's row, as it stands.
    /// - Throws: `bad-signature`; `malformed`; `prekey-stale`.
    public init(_ change: DeviceListChange, of account: AccountRow, now: Timestamp) throws(Problem) {
        do {
            let identity = try AccountIdentityKey(account.identity)
            let unverified = try UnverifiedDeviceList(
                account: account.account, identity: account.identity, list: change.deviceList)
            list = try unverified.verified(account: account.account, identity: identity, after: nil)
        } catch {
            throw Problem(.badSignature, "The device list does not verify.", field: "deviceList")
        }
        payload = change.deviceList
        guard let upload = change.preKeys else {
            preKeys = nil
            return
        }
        guard let added = list.device(account.nextDevice) else {
            let detail = "Prekeys come with a new device, which is number \(account.nextDevice)."
            throw Problem(.malformed, detail, field: "preKeys")
        }
        try VerifiedRegistration.requireStandingKeys(of: upload)
        preKeys = try VerifiedPreKeyUpload(checking: upload, of: added.identity, now: now).payload
    }
}

extension Turn {
    /// Publishes the account's next device list: links the one new device it has, unlinks those it has no more.
    ///
    /// - Parameter caller: the device that asks, which needs no word of it; `nil` for somebody who recovers.
    /// - Throws: `stale-device-list` unless its epoch is the next one; `malformed` for a changed entry or a number
    ///   out of turn; `not-found`; `quota-exceeded`.
    public mutating func changeDevices(
        _ change: VerifiedListChange, of account: AccountID, by caller: DeviceAddress?
    ) throws(Problem) -> AccountView {
        guard var row = try tables.account(account) else {
            throw Problem(.notFound, "There is no such account.")
        }
        guard change.list.epoch == row.listEpoch + 1 else {
            throw Problem(.staleDeviceList, "The next epoch is \(row.listEpoch + 1).", field: "deviceList.epoch")
        }
        let before = try tables.devices(of: row.account)
        let added = try addedDevice(of: change, to: before, next: row.nextDevice)
        let remaining = Set(change.payload.devices.map(\.device))
        // Each list stands in the key log for ever.
        guard added != nil || before.contains(where: { !remaining.contains($0.address.device) }) else {
            throw Problem(.malformed, "The list has the same devices as the one before.", field: "deviceList.devices")
        }
        grows(added == nil ? .nothing : .messages)
        // Device and entry of the key log. What only unlinks goes through.
        if added != nil { try charge(.rows(2 + (change.preKeys?.rowCount ?? 0)), to: row.account) }
        row.listEpoch = change.list.epoch
        row.listSignature = change.payload.signature
        if added != nil { row.nextDevice = DeviceID(row.nextDevice.rawValue + 1) }
        try tables.update(row)
        try log(change.list)
        for device in before where !remaining.contains(device.address.device) {
            try abandonUploads(of: device.address)
            try tables.removeDevice(device.address)
            after(.disconnect(device.address, .deviceUnlinked))
        }
        if let added, let preKeys = change.preKeys {
            let address = DeviceAddress(account: row.account, device: added.device)
            try insertDevice(added, at: address)
            try store(preKeys, of: address)
        }
        for device in before where remaining.contains(device.address.device) && device.address != caller {
            after(.notify(.init(topic: .devicesChanged), device.address))
        }
        return try look.account(row)
    }

    /// The one new entry, if there is one. All others are as they were.
    private func addedDevice(
        of change: VerifiedListChange, to before: [DeviceRow], next: DeviceID
    ) throws(Problem) -> DevicePayload? {
        let known = Dictionary(before.map { ($0.address.device, $0) }, uniquingKeysWith: { first, _ in first })
        var added: DevicePayload?
        for (index, device) in change.payload.devices.enumerated() {
            if let row = known[device.device] {
                guard row.registrationID == device.registrationID, row.identity == device.identity else {
                    throw Problem(.malformed, "A linked device keeps its keys.", field: "deviceList.devices[\(index)]")
                }
            } else if device.device == next, change.preKeys != nil {
                added = device
            } else {
                let detail = "A new device is number \(next), one at a time, and comes with its prekeys."
                throw Problem(.malformed, detail, field: "deviceList.devices[\(index)]")
            }
        }
        return added
    }
}

extension Look {
    /// What anyone may know of an account.
    public func account(_ row: AccountRow) throws(Problem) -> AccountView {
        AccountView(
            account: row.account, handle: row.handle, identity: row.identity, deviceList: try deviceList(of: row),
            avatar: try tables.row(AvatarRow.ofAccount, row.account)?.media)
    }

    func deviceList(of row: AccountRow) throws(Problem) -> DeviceListPayload {
        let devices = try tables.devices(of: row.account).map { (device) in
            DevicePayload(
                device: device.address.device, registrationID: device.registrationID, identity: device.identity)
        }
        return DeviceListPayload(epoch: row.listEpoch, devices: devices, signature: row.listSignature)
    }

    /// - Throws: `not-found`.
    public func account(handle: Handle) throws(Problem) -> AccountView {
        guard let row = try tables.row(AccountRow.byHandle, handle) else {
            throw Problem(.notFound, "There is no such handle.")
        }
        return try account(row)
    }

    /// - Throws: `not-found`.
    public func account(_ id: AccountID) throws(Problem) -> AccountView {
        try account(try accountRow(id))
    }

    /// - Throws: `not-found`.
    public func accountRow(_ id: AccountID) throws(Problem) -> AccountRow {
        guard let row = try tables.account(id) else { throw Problem(.notFound, "There is no such account.") }
        return row
    }

    /// The account's devices, as its owner sees them.
    /// - Throws: `not-found`.
    public func ownDevices(of account: AccountID) throws(Problem) -> DeviceViews {
        DeviceViews(
            items: try tables.devices(of: account).map { (row) in
                DeviceView(
                    device: row.address.device, registrationID: row.registrationID, linkedAt: row.linkedAt,
                    lastSeenDay: row.lastSeenDay)
            },
            nextDevice: try accountRow(account).nextDevice)
    }
}
