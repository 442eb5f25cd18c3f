public import Wire

/// The devices of the own account.
public struct Devices: Sendable {
    let owner: AccountOwner

    /// Brings the server's stock of this device's prekeys up to the mark, and replaces the standing ones when they
    /// are a week old.
    /// - Returns: how many one-time prekeys of each kind were uploaded at most; zero when there was nothing to do.
    @discardableResult
    public func replenishPreKeys() async throws(SottoError) -> Int {
        try await owner.ask { (rooms) async throws(ClientError) in try await rooms.preKeyKeeper.replenish() }
    }

    /// Makes this device's keys and gives the code to type into a device of the account. The same call again gives
    /// the same code.
    /// - Throws: ``SottoError/Code/alreadyRegistered``.
    public func requestLink() async throws(SottoError) -> String {
        try await owner.ask { (rooms) async throws(ClientError) in try await rooms.deviceLinks.requestLink() }
    }

    /// Finishes the link with what the other device showed: logs in, checks the account, uploads one-time prekeys.
    /// - Throws: ``SottoError/Code/badCode``; ``SottoError/Code/untrustedKeys`` when the server shows another account.
    public func completeLink(_ reply: LinkReply) async throws(SottoError) {
        try await owner.ask { (rooms) async throws(ClientError) in try await rooms.deviceLinks.completeLink(reply) }
    }

    /// Publishes the device list with the device that showed `code`.
    /// - Returns: what to type into the new device.
    /// - Throws: ``SottoError/Code/badCode``; ``SottoError/Code/cannotChangeDevices``; what the server refuses with.
    public func link(code: String) async throws(SottoError) -> LinkReply {
        try await owner.ask { (rooms) async throws(ClientError) in try await rooms.deviceLinks.link(code: code) }
    }

    /// Publishes the device list without a device: it is logged out, and its keys and queue are gone.
    /// - Throws: ``SottoError/Code/noSuchDevice``; ``SottoError/Code/cannotChangeDevices``;
    ///   ``SottoError/Code/cannotUnlinkItself``.
    public func unlink(_ device: DeviceID) async throws(SottoError) {
        try await owner.ask { (rooms) async throws(ClientError) in try await rooms.deviceLinks.unlink(device) }
    }

    /// The own devices, as the server shows them.
    public func all() async throws(SottoError) -> [DeviceView] {
        try await owner.ask { (rooms) async throws(ClientError) in try await rooms.deviceLinks.devices() }
    }
}
