import Keys

/// The private keys of this device, made of its profile once: that costs a multiplication on the curve, and each
/// message wants them.
final class HeldIdentity {
    let keys: DeviceIdentity
    private let secret: [UInt8]

    /// - Throws: ``LocalStoreError/unreadable(key:)``.
    init(of profile: Profile) throws(LocalStoreError) {
        keys = try profile.deviceIdentity()
        secret = profile.deviceSecret
    }

    /// Whether they are those of a profile.
    func isOf(_ profile: Profile) -> Bool { profile.deviceSecret == secret }
}
