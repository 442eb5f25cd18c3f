import Store
public import Wire

/// Compares the devices a sender addressed with those the account has: the check that keeps a message from missing
/// a device, or from reaching one that is gone.
public enum DeviceCheck {
    /// - Parameters:
    ///   - addressed: what the sender has a copy for.
    ///   - devices: what the account has.
    ///   - sender: left out on both sides, where an account writes to its own other devices.
    /// - Returns: `nil` when they agree; otherwise every difference at once, so that one more round trip is enough.
    public static func mismatch(
        addressed: [(device: DeviceID, registrationID: RegistrationID)],
        devices: [(device: DeviceID, registrationID: RegistrationID)], except sender: DeviceID?
    ) -> DeviceMismatch? {
        // The common case first: same devices in the same order, nothing to allocate.
        if sender == nil, addressed.elementsEqual(devices, by: { $0 == $1 }) { return nil }
        let present = Dictionary(
            devices.map { ($0.device, $0.registrationID) }, uniquingKeysWith: { first, _ in first })
        var mismatch = DeviceMismatch(missing: [], extra: [], stale: [])
        var seen: Set<DeviceID> = []
        for (device, registrationID) in addressed {
            let isFirst = seen.insert(device).inserted
            guard isFirst, device != sender, let actual = present[device] else {
                mismatch.extra.append(device)
                continue
            }
            if actual != registrationID { mismatch.stale.append(device) }
        }
        mismatch.missing = present.keys.filter { $0 != sender && !seen.contains($0) }.sorted()
        return mismatch.isEmpty ? nil : mismatch
    }
}
