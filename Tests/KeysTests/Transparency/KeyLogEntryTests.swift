import Crypto
import Testing
import Wire

@testable import Keys

@Suite struct KeyLogEntryTests {
    @Test("an entry has the layout of the table, and reads back")
    func layout() throws {
        let keys = try TestKeys()
        for kind in KeyLogEntry.Kind.allCases {
            let entry = KeyLogEntry(keys.list, kind: kind)
            var expected: [UInt8] = [1, kind.rawValue]
            expected += SHA256.hash(Array("Sotto log account v1".utf8) + [0] + keys.account.bytes.array)
            expected += [0, 0, 0, 0, 0, 0, 0, 1] + SHA256.hash(keys.list.bytes)
            #expect(entry.bytes == expected && expected.count == KeyLogEntry.byteCount)
            #expect(entry.leafHash == SHA256.hash([0] + expected))
            #expect(try KeyLogEntry(expected) == entry)
        }
    }

    @Test("the same list makes the same entry wherever it is read, and another list another")
    func deterministic() throws {
        let keys = try TestKeys()
        let read = try UnverifiedDeviceList(
            account: keys.account, identity: keys.list.identity.payload, list: keys.list.payload)
        let again = try read.verifiedOnFirstUse(account: keys.account)
        #expect(KeyLogEntry(again) == KeyLogEntry(keys.list))
        let next = try VerifiedDeviceList(
            account: keys.account, epoch: 2, devices: keys.list.devices, signedBy: keys.accountIdentity)
        #expect(KeyLogEntry(next) != KeyLogEntry(keys.list))
        #expect(KeyLogEntry(keys.list, kind: .adopted).leafHash != KeyLogEntry(keys.list).leafHash)
        #expect(KeyLogAccountName(keys.account) != KeyLogAccountName(.random()))
    }

    @Test("anything but the layout is refused")
    func refused() throws {
        let bytes = KeyLogEntry(try TestKeys().list).bytes
        for count in bytes.indices {
            #expect(throws: KeyFormatError.self) { try KeyLogEntry(Array(bytes[..<count])) }
        }
        #expect(throws: KeyFormatError.trailingBytes) { try KeyLogEntry(bytes + [0]) }
        func changed(_ offset: Int, _ byte: UInt8) -> [UInt8] {
            var changed = bytes
            changed[offset] = byte
            return changed
        }
        #expect(throws: KeyFormatError.unknownVersion(2)) { try KeyLogEntry(changed(0, 2)) }
        for kind: UInt8 in [0, 3, 255] {
            #expect(throws: KeyFormatError.outOfBounds) { try KeyLogEntry(changed(1, kind)) }
        }
        #expect(throws: KeyFormatError.outOfBounds) { try KeyLogEntry(changed(41, 0)) }
        #expect(throws: KeyFormatError.outOfBounds) { try KeyLogEntry(changed(37, 1)) }
        #expect(KeyLogAccountName(bytes: [1]) == nil)
    }
}
