import Crypto
import Keys
import Wire

/// Who this device is. Written before anything is asked of a server, so that a registration that was cut short goes on.
struct Profile: WireRecord, Equatable {
    enum Stage: String, WireEnumeration {
        /// The account's keys are made; the server may or may not have taken them.
        case registering
        /// This device's keys are made; another device is to list them.
        case linking
        /// This device's keys are made; the recovery key is to list them.
        case restoring
        case ready
        /// The account is gone; its keys are erased, and the transcript stays.
        case deleted
    }

    var stage: Stage
    /// As it was given, such as `https://chat.example`.
    var server: String
    /// What logins name. Learned at the first contact and the same ever after.
    var serverName: String
    /// Known from the registration, or from the link on.
    var handle: Handle?
    var account: AccountID?
    var device: DeviceID?
    var registrationID: RegistrationID
    /// ``DeviceIdentity/exportForSealedStore()``.
    var deviceSecret: [UInt8]
    /// Only on devices that may change the device list.
    var accountSecret: [UInt8]?
    /// The server was asked to delete the account, and may have done so.
    var asksDeletion = false

    init(
        stage: Stage, server: String, serverName: String, handle: Handle? = nil, account: AccountID? = nil,
        device: DeviceID? = nil, registrationID: RegistrationID, deviceSecret: [UInt8], accountSecret: [UInt8]? = nil
    ) {
        self.stage = stage
        self.server = server
        self.serverName = serverName
        self.handle = handle
        self.account = account
        self.device = device
        self.registrationID = registrationID
        self.deviceSecret = deviceSecret
        self.accountSecret = accountSecret
    }

    init(fields: inout Fields<Self>) throws(WireError) {
        stage = try fields.value("stage", \.stage)
        server = try fields.text("server", \.server, length: 1...400)
        serverName = try fields.text("serverName", \.serverName, length: 1...253)
        handle = try fields.valueIfPresent("handle", \.handle)
        account = try fields.valueIfPresent("account", \.account)
        device = try fields.valueIfPresent("device", \.device)
        registrationID = try fields.value("registrationId", \.registrationID)
        deviceSecret = try fields.bytes("deviceSecret", \.deviceSecret, count: 64)
        accountSecret = try fields.bytesIfPresent("accountSecret", \.accountSecret, count: 64...64)
        asksDeletion = try fields.flag("asksDeletion", \.asksDeletion)
    }

    /// Why no other account can begin here.
    var occupation: ClientError { stage == .deleted ? .accountDeleted : .alreadyRegistered }

    /// The same without anything secret.
    func erased() -> Profile {
        var erased = self
        erased.stage = .deleted
        erased.deviceSecret = [UInt8](repeating: 0, count: deviceSecret.count)
        erased.accountSecret = nil
        return erased
    }

    /// This device's own address, once there is one.
    var address: DeviceAddress? {
        guard let account, let device else { return nil }
        return DeviceAddress(account: account, device: device)
    }

    /// The private keys of this device.
    func deviceIdentity() throws(LocalStoreError) -> DeviceIdentity {
        do {
            return try DeviceIdentity(fromSealedStore: SecretBytes(copying: deviceSecret))
        } catch {
            throw .unreadable(key: StoreKey.profile.name)
        }
    }

    /// The account's private keys; `nil` on a device that has none.
    func accountIdentity() throws(LocalStoreError) -> AccountIdentity? {
        guard let accountSecret else { return nil }
        do {
            return try AccountIdentity(fromSealedStore: SecretBytes(copying: accountSecret))
        } catch {
            throw .unreadable(key: StoreKey.profile.name)
        }
    }
}

extension Profile {
    /// The account's next list.
    /// - Throws: ``ClientError/cannotChangeDevices`` on a device without the account's key.
    func signedList(
        _ devices: [ListedDevice], after current: VerifiedDeviceList
    ) throws(ClientError) -> VerifiedDeviceList {
        let held: AccountIdentity?
        do { held = try accountIdentity() } catch { throw .store(error) }
        guard let identity = held else { throw .cannotChangeDevices }
        do {
            return try VerifiedDeviceList(
                account: current.account, epoch: current.epoch + 1, devices: devices, signedBy: identity)
        } catch {
            throw .untrustedList(error)
        }
    }
}

extension RegistrationID {
    /// A new one from the system's random source.
    static func random() -> RegistrationID {
        while true {
            if let id = RegistrationID(UInt32.random(in: range)) { return id }
        }
    }
}
