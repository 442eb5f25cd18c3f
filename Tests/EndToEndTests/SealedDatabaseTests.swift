import Crypto
import Glibc
import TestKit
import Testing
import Transport
import Wire

@testable import Client

/// What lies on the server's disk after a conversation, read past the server.
@Suite("What a server keeps of a hidden sender")
struct SealedDatabaseTests {
    private struct Failure: Error {}

    /// Kind of a row of the log that holds sealed envelopes, in hexadecimal.
    private static let sealedKind = "06"

    /// How an address stands in a record of the log: both halves of the account and the device, little-endian.
    private static func record(_ address: DeviceAddress) -> [UInt8] {
        var bytes: [UInt8] = []
        for half in [address.account.bytes.high, address.account.bytes.low] {
            withUnsafeBytes(of: half.littleEndian) { bytes += $0 }
        }
        withUnsafeBytes(of: address.device.rawValue.littleEndian) { bytes += $0 }
        return bytes
    }

    private static func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16, uppercase: true) }.joined()
    }

    /// Every way in which an account might be written down.
    private static func forms(_ address: DeviceAddress) -> [String] {
        [
            hexadecimal(record(address).prefix(16)), hexadecimal(address.account.bytes.array),
            hexadecimal(address.account.description.utf8),
        ]
    }

    /// What the sqlite3 program answers, row by row.
    private static func sqlite(_ folder: String, _ sql: String) throws -> [String] {
        let output = folder + "/answer"
        let command = "sqlite3 -readonly '\(folder)/sotto.db' \"\(sql)\" > '\(output)'"
        guard system(command) == 0 else { throw Failure() }
        return TextFile.read(output).split(separator: "\n").map(String.init)
    }

    /// The database and the log written ahead of it, as they lie on the disk.
    private static func raw(_ folder: String) -> [UInt8] {
        TextFile.bytes(folder + "/sotto.db") + TextFile.bytes(folder + "/sotto.db-wal")
    }

    private static func count(_ pattern: [UInt8], in bytes: [UInt8]) -> Int {
        bytes.withUnsafeBytes { (whole) in
            guard var place = whole.baseAddress, let first = pattern.first else { return 0 }
            let end = place + whole.count
            var count = 0
            while let found = memchr(place, Int32(first), end - place).map({ UnsafeRawPointer($0) }) {
                if end - found >= pattern.count, memcmp(found, pattern, pattern.count) == 0 { count += 1 }
                place = found + 1
            }
            return count
        }
    }

    @Test("the rows of hidden sends name nobody, in any form; those of signed-in sends name their sender")
    func rows() async throws {
        let house = try await House()
        let (alice, bob) = try await SealedSenderTests.acquainted(house)
        let carol = try await Phone(house, as: "carol")
        for index in 0..<10 { #expect(try await alice.send("hidden \(index)", to: "bobby").isSenderHidden) }
        #expect(try await !carol.send("shown", to: "bobby").isSenderHidden)
        let hidden = try #require(try await alice.account.whoami()).address
        let shown = try #require(try await carol.account.whoami()).address
        #expect(house.server.stop() == 0)
        let folder = house.folder.path + "/data"
        let rows = try Self.sqlite(folder, "SELECT substr(hex(record), 21, 2) || ' ' || hex(record) FROM log")
        let sealed = rows.filter { $0.hasPrefix(Self.sealedKind) }
        #expect(sealed.count >= 10)
        for row in sealed {
            for form in Self.forms(hidden) { #expect(!row.contains(form)) }
            // No sender and no client id: twenty and sixteen zeros where the record has room for them.
            let record = Array(row.dropFirst(3))
            #expect(record[48..<120].allSatisfy { $0 == "0" })
        }
        let signed = rows.filter { !$0.hasPrefix(Self.sealedKind) }
        #expect(signed.contains { $0.contains(Self.hexadecimal(Self.record(shown))) })
        let sealedIDs = "SELECT row FROM log WHERE substr(hex(record), 21, 2) = '\(Self.sealedKind)'"
        #expect(try Self.sqlite(folder, "SELECT count(*) FROM accepted WHERE row IN (\(sealedIDs))") == ["0"])
        #expect(try Self.sqlite(folder, "SELECT count(*) > 0 FROM accepted") == ["1"])
        let replies = try Self.sqlite(folder, "SELECT hex(key) || hex(request) || hex(body) FROM saved_reply")
        #expect(replies.count >= 10)
        for reply in replies { for form in Self.forms(hidden) { #expect(!reply.contains(form)) } }
        withExtendedLifetime(bob) {}
    }

    @Test("not one byte of the files holds the address of who sent anonymously and nothing else")
    func bytes() async throws {
        let house = try await House()
        let (alice, bob) = (try await house.person("alice"), try await house.person("bobby"))
        let carol = try await house.person("carol")
        let secret = RandomBytes.make(byteCount: 32)
        let setting = DeliveryTokenSetting(hash: SHA256.hash(secret))
        _ = try await house.api.send("PUT", "/v1/delivery-token", setting, token: bob.token)
        // Alice is logged in, asks for her certificate, and sends.
        let _: SenderCertificatePayload = try await house.api.call(
            "GET", "/v1/keys/sender-certificate", token: alice.token)
        for index: UInt8 in 0..<20 {
            let request = SealedSendRequest(clientID: .random(), copies: [bob.device.copy([1, index])])
            let answer = try await house.api.raw(
                "POST", "/v1/sealed/messages/\(bob.account)",
                headers: [("Delivery-Token", Base64URL.encode(secret)), ("Content-Type", "application/json")],
                body: request.encoded(as: .json))
            #expect(answer.status == 200)
        }
        let signed = SendRequest(clientID: .random(), copies: [bob.device.copy([2])])
        _ = try await house.api.send("POST", "/v1/messages/\(bob.account)", signed, token: carol.token)
        let folder = house.folder.path + "/data"
        func check() {
            let raw = Self.raw(folder)
            #expect(Self.count(Self.record(bob.device.address), in: raw) >= 21)
            #expect(Self.count(Self.record(carol.device.address), in: raw) >= 1)
            #expect(Self.count(Self.record(alice.device.address), in: raw) == 0)
            #expect(Self.count(Array(alice.account.description.utf8), in: raw) == 0)
        }
        // While the server runs, with what it wrote ahead, and again when it has flushed.
        check()
        #expect(house.server.stop() == 0)
        check()
        let device = try Self.sqlite(
            folder, "SELECT number FROM device WHERE account = x'\(Self.hexadecimal(alice.account.bytes.array))'")
        #expect(device.count == 1)
        #expect(
            try Self.sqlite(folder, "SELECT count(*) FROM accepted WHERE sender = \(device.joined())") == ["0"])
    }
}
