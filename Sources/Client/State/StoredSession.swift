import Crypto
import Ratchet
import Wire

/// A session with one device, between two uses.
struct StoredSession: WireRecord, Equatable {
    /// ``Session/record()``.
    var record: [UInt8]
    /// The peer's registration when the session was made.
    var registrationID: RegistrationID
    /// Something of the peer's could not be opened: the next send begins anew.
    var needsRestart: Bool

    init(_ session: borrowing Session, registrationID: RegistrationID, needsRestart: Bool = false) {
        record = session.record().exportUnprotected()
        self.registrationID = registrationID
        self.needsRestart = needsRestart
    }

    init(fields: inout Fields<Self>) throws(WireError) {
        record = try fields.bytes("record", \.record, count: 1...StoreLimits.valueByteCountMax)
        registrationID = try fields.value("registrationId", \.registrationID)
        needsRestart = try fields.flag("restart", \.needsRestart)
    }

    /// The session, to be used once and written back. An older copy of it alone cannot come back, since it lies in
    /// the same store as everything else.
    func session(_ address: DeviceAddress) throws(LocalStoreError) -> Session {
        do {
            return try Session(record: SecretBytes(copying: record), generationAtLeast: 0)
        } catch {
            throw .unreadable(key: StoreKey.session(address).name)
        }
    }
}
