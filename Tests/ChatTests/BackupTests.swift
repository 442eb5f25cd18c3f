import Crypto
import Keys
import Store
import TestKit
import Testing
import Wire

@testable import Chat

@Suite struct BackupTests {
    @Test("a backup is stored, counted and read back; each write names what it replaces")
    func write() async throws {
        let house = ChatHouse()
        let alice = try await house.person("alice")
        let (first, second) = (upload(1), upload(2))
        #expect(try await put(house, alice, first, .absent).revision == 1)
        #expect(try await stored(house, alice).blob == first.blob)
        #expect(await problem { try await put(house, alice, second, .absent) } == .preconditionFailed)
        #expect(await problem { try await put(house, alice, second, .tag(second.entityTag)) } == .preconditionFailed)
        #expect(try await put(house, alice, second, .tag(first.entityTag)).revision == 2)
        #expect(try await put(house, alice, second, .tag(first.entityTag)).revision == 2, "a retry changes nothing")
        #expect(try await stored(house, alice).entityTag == second.entityTag)
        try await house.chat.commit { (turn) throws(Problem) in try turn.removeBackup(of: alice.account) }
        #expect(await problem { try await stored(house, alice) } == .notFound)
        #expect(await problem { try await put(house, alice, second, .tag(first.entityTag)) } == .preconditionFailed)
    }

    @Test("a write that does not say what it replaces is refused")
    func conditions() throws {
        #expect(try BackupCondition(ifMatch: nil, ifNoneMatch: "*") == .absent)
        #expect(try BackupCondition(ifMatch: "\"a\"", ifNoneMatch: nil) == .tag("\"a\""))
        for (match, none): (String?, String?) in [(nil, nil), (nil, "\"a\""), ("\"a\"", "*")] {
            let refused = #expect(throws: Problem.self) { try BackupCondition(ifMatch: match, ifNoneMatch: none) }
            #expect(refused?.code == .preconditionRequired)
        }
    }

    @Test("an id stands for one account")
    func foreignID() async throws {
        let house = ChatHouse()
        let (alice, mallory) = (try await house.person("alice"), try await house.person("mallory"))
        _ = try await put(house, alice, upload(1), .absent)
        var stolen = upload(2)
        stolen.id = upload(1).id
        let theirs = stolen
        #expect(await problem { try await put(house, mallory, theirs, .absent) } == .forbidden)
        #expect(try await stored(house, alice).blob == upload(1).blob)
    }

    @Test("a wrong token and an unknown id are refused alike")
    func tokens() async throws {
        let house = ChatHouse()
        let alice = try await house.person("alice")
        _ = try await put(house, alice, upload(1), .absent)
        func look(_ id: BackupID, _ token: PresentedToken) async -> Problem? {
            do throws(Problem) {
                _ = try await house.chat.look { (look) throws(Problem) in try look.recovery(id, token) }
                return nil
            } catch {
                return error
            }
        }
        #expect(await look(upload(1).id, token(1)) == nil)
        let wrong = await look(upload(1).id, token(2))
        let unknown = await look(upload(2).id, token(1))
        #expect(wrong != nil)
        #expect(wrong == unknown)
    }

    @Test("token and account key together add a device and unlink the lost ones; the token alone adds none")
    func recover() async throws {
        let house = ChatHouse()
        let (alice, mallory) = (try await house.person("alice"), try await house.person("mallory"))
        _ = try await put(house, alice, upload(1), .absent)
        let view = try await house.chat.look { (look) throws(Problem) in try look.recovery(upload(1).id, token(1)) }
        #expect(view.nextDevice == DeviceID(2))
        #expect(view.account.deviceList.epoch == 1)
        _ = house.takeEffects()
        let tablet = PersonDevice(account: alice.account, number: 2, now: house.now)
        let forged = DeviceListChange(deviceList: mallory.list(epoch: 2, [tablet]), preKeys: tablet.upload)
        #expect(await problem { try await recover(house, alice, forged) } == .badSignature)
        let next = DeviceListChange(deviceList: alice.list(epoch: 2, [tablet]), preKeys: tablet.upload)
        #expect(await problem { try await recover(house, alice, next, token(2)) } == .notFound)
        let after = try await recover(house, alice, next)
        #expect(after.deviceList.devices.map(\.device) == [DeviceID(2)])
        #expect(await problem { try await recover(house, alice, next) } == .malformed, "its number is taken")
        let cut = house.takeEffects().contains { (effect) in
            if case .disconnect(alice.address, .deviceUnlinked) = effect { true } else { false }
        }
        #expect(cut)
    }

    @Test("a backup that the disk damaged is told, never given out")
    func damaged() async throws {
        let house = ChatHouse()
        let alice = try await house.person("alice")
        _ = try await put(house, alice, upload(1), .absent)
        var row = try await stored(house, alice)
        row.blob[0] ^= 1
        let damaged = row
        try await house.chat.commit { (turn) throws(Problem) in try turn.tables.put(damaged) }
        #expect(await problem { try await stored(house, alice) } == .internalError)
    }

    private func secret(_ number: UInt8) -> [UInt8] { [UInt8](repeating: number, count: 32) }

    private func token(_ number: UInt8) -> PresentedToken {
        guard let token = PresentedToken(text: Base64URL.encode(secret(number))) else {
            preconditionFailure("32 bytes make a token")
        }
        return token
    }

    private func upload(_ number: UInt8) -> BackupUpload {
        BackupUpload(
            id: BackupID(bytes: SixteenBytes(high: 5, low: UInt64(number))), tokenHash: SHA256.hash(secret(number)),
            blob: [UInt8](repeating: number, count: 300))
    }

    @discardableResult
    private func put(
        _ house: ChatHouse, _ person: Person, _ upload: BackupUpload, _ condition: BackupCondition
    ) async throws -> BackupReceipt {
        try await house.chat.commit { (turn) throws(Problem) in
            try turn.putBackup(upload, of: person.account, if: condition)
        }
    }

    @discardableResult
    private func stored(_ house: ChatHouse, _ person: Person) async throws -> BackupRow {
        try await house.chat.look { (look) throws(Problem) in try look.backup(of: person.account) }
    }

    private func recover(
        _ house: ChatHouse, _ person: Person, _ change: DeviceListChange, _ presented: PresentedToken? = nil
    ) async throws -> AccountView {
        let row = try await house.chat.look { (look) throws(Problem) in try look.accountRow(person.account) }
        let verified = try VerifiedListChange(change, of: row, now: house.now)
        let (id, token) = (upload(1).id, presented ?? token(1))
        return try await house.chat.commit { (turn) throws(Problem) in try turn.recover(verified, with: id, token) }
    }
}
