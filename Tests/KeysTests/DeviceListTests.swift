import Crypto
import Testing
import Wire

@testable import Keys

@Suite struct DeviceListTests {
    private let account = AccountID.random()

    private func device(_ number: UInt32, _ registration: UInt32 = 7) throws -> ListedDevice {
        ListedDevice(
            device: DeviceID(number), registration: try #require(RegistrationID(registration)),
            identity: DeviceIdentity().publicKeys)
    }

    @Test("a signed list comes back the same from its bytes, for every number of devices")
    func roundTrip() throws {
        let identity = AccountIdentity()
        for count in 1...VerifiedDeviceList.deviceCountMax {
            let devices = try (1...count).map { try device(UInt32($0)) }
            let list = try VerifiedDeviceList(
                account: account, epoch: UInt64(count), devices: devices.reversed(), signedBy: identity)
            #expect(list.bytes.count == 154 + 70 * count)
            let again = try UnverifiedDeviceList(list.bytes)
                .verified(account: account, identity: identity.publicKeys, after: nil)
            #expect(again == list)
            let travelled = try UnverifiedDeviceList(
                account: account, identity: identity.publicKeys.payload, list: list.payload)
            #expect(travelled.claimedEpoch == UInt64(count) && travelled.claimedIdentity == identity.publicKeys)
            #expect(try travelled.verified(account: account, identity: identity.publicKeys, after: list) == list)
            #expect(again.devices == devices)
            #expect(again.device(DeviceID(UInt32(count))) == devices.last)
            #expect(again.device(DeviceID(UInt32(count) + 1)) == nil)
        }
    }

    @Test("an older list, another list of the same epoch, another account and another identity are refused")
    func history() throws {
        let identity = AccountIdentity()
        let first = try device(1)
        func list(_ epoch: UInt64, _ devices: [ListedDevice]) throws -> VerifiedDeviceList {
            try VerifiedDeviceList(account: account, epoch: epoch, devices: devices, signedBy: identity)
        }
        let known = try list(5, [first])
        func check(_ list: VerifiedDeviceList) throws -> VerifiedDeviceList {
            try UnverifiedDeviceList(list.bytes)
                .verified(account: account, identity: identity.publicKeys, after: known)
        }
        #expect(try check(known) == known)
        #expect(try check(list(6, [first, device(2)])).epoch == 6)
        #expect(throws: DeviceListError.rolledBack(knownEpoch: 5, epoch: 4)) { try check(list(4, [first])) }
        #expect(throws: DeviceListError.forked(epoch: 5)) { try check(list(5, [first, device(2)])) }
        let other = AccountIdentity()
        let foreign = try VerifiedDeviceList(account: account, epoch: 9, devices: [first], signedBy: other)
        #expect(throws: DeviceListError.identityChanged) { try check(foreign) }
        #expect(try UnverifiedDeviceList(foreign.bytes).verifiedOnFirstUse(account: account) == foreign)
        let elsewhere = try VerifiedDeviceList(
            account: .random(), epoch: 9, devices: [first], signedBy: identity)
        #expect(throws: DeviceListError.wrongAccount) { try check(elsewhere) }
    }

    @Test("no devices, too many, number zero, a number twice or a key twice cannot be signed")
    func unusable() throws {
        let identity = AccountIdentity()
        let one = try device(1)
        let sameNumber = try device(1)
        let sameKey = ListedDevice(device: DeviceID(2), registration: one.registration, identity: one.identity)
        let many = try (1...11).map { try device(UInt32($0)) }
        for devices in [[], many, [try device(0)], [one, sameNumber], [one, sameKey]] {
            #expect(throws: DeviceListError.unusableDevices) {
                try VerifiedDeviceList(account: account, epoch: 1, devices: devices, signedBy: identity)
            }
        }
    }

    @Test("a list cut at any length does not parse, and one with any bit flipped is refused")
    func hostile() throws {
        let identity = AccountIdentity()
        let list = try VerifiedDeviceList(
            account: account, epoch: 3, devices: [device(1), device(2)], signedBy: identity)
        let bytes = list.bytes
        for count in bytes.indices {
            #expect(throws: KeyFormatError.self) { try UnverifiedDeviceList(Array(bytes[..<count])) }
        }
        #expect(throws: KeyFormatError.trailingBytes) { try UnverifiedDeviceList(bytes + [0]) }
        for bit in 0..<(bytes.count * 8) {
            var flipped = bytes
            flipped[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(throws: (any Error).self) {
                try UnverifiedDeviceList(flipped)
                    .verified(account: account, identity: identity.publicKeys, after: nil)
            }
        }
    }

    @Test("a list that came over the wire with a field of another size is out of bounds")
    func payloads() throws {
        let identity = AccountIdentity()
        let list = try VerifiedDeviceList(account: account, epoch: 1, devices: [device(1)], signedBy: identity)
        func read(_ identity: IdentityPayload, _ list: DeviceListPayload) throws(KeyFormatError) {
            _ = try UnverifiedDeviceList(account: account, identity: identity, list: list)
        }
        let keys = identity.publicKeys.payload
        try read(keys, list.payload)
        var short = keys
        short.agreementKey.removeLast()
        #expect(throws: KeyFormatError.outOfBounds) { try read(short, list.payload) }
        var changed = list.payload
        changed.signature.append(0)
        #expect(throws: KeyFormatError.outOfBounds) { try read(keys, changed) }
        changed = list.payload
        changed.devices[0].identity.signingKey.removeLast()
        #expect(throws: KeyFormatError.outOfBounds) { try read(keys, changed) }
    }

    @Test("a list is not measured against what is known of another account, or of another identity")
    func otherKnown() throws {
        let identity = AccountIdentity()
        let devices = [try device(1)]
        let list = try VerifiedDeviceList(account: account, epoch: 2, devices: devices, signedBy: identity)
        func check(after known: VerifiedDeviceList) throws {
            _ = try UnverifiedDeviceList(list.bytes)
                .verified(account: account, identity: identity.publicKeys, after: known)
        }
        try check(after: VerifiedDeviceList(account: account, epoch: 1, devices: devices, signedBy: identity))
        let elsewhere = try VerifiedDeviceList(account: .random(), epoch: 1, devices: devices, signedBy: identity)
        #expect(throws: DeviceListError.wrongAccount) { try check(after: elsewhere) }
        let before = try VerifiedDeviceList(account: account, epoch: 1, devices: devices, signedBy: AccountIdentity())
        #expect(throws: DeviceListError.identityChanged) { try check(after: before) }
    }

    @Test("signing a list of an epoch that no list has traps")
    func epochs() async {
        await #expect(processExitsWith: .failure) {
            _ = try? VerifiedDeviceList(account: .random(), epoch: 0, devices: [], signedBy: AccountIdentity())
        }
        await #expect(processExitsWith: .failure) {
            _ = try? VerifiedDeviceList(account: .random(), epoch: 1 << 32, devices: [], signedBy: AccountIdentity())
        }
    }
}
