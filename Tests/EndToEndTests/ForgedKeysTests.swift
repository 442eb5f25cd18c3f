import Crypto
import Keys
import TestKit
import Testing
import Transport
import Wire

/// Keys and signatures that some libraries take are refused wherever the server checks a signature: the lists of
/// fixtures/vectors/refusals.json, of which each holds for a verifier that does not look, and the like made here.
@Suite struct ForgedKeysTests {
    /// The base point and `S = 1`: signs everything under the neutral key, and holds where nobody looks at the key.
    private static let anybodys = [0x58] + [UInt8](repeating: 0x66, count: 31) + [1] + [UInt8](repeating: 0, count: 31)
    private static let neutral = [1] + [UInt8](repeating: 0, count: 31)

    /// The same signature, with another number for its `S`: the order of the base point is added.
    private static func withOtherS(_ signature: [UInt8]) -> [UInt8] {
        let order: [UInt8] = [
            0xED, 0xD3, 0xF5, 0x5C, 0x1A, 0x63, 0x12, 0x58, 0xD6, 0x9C, 0xF7, 0xA2, 0xDE, 0xF9, 0xDE, 0x14,
        ] + [UInt8](repeating: 0, count: 15) + [0x10]
        var carry = 0
        let sum = zip(signature.suffix(32), order).map { (digit, added) in
            carry += Int(digit) + Int(added)
            defer { carry >>= 8 }
            return UInt8(carry & 0xFF)
        }
        return signature.prefix(32) + sum
    }

    private func code(_ answer: HTTPResponse) throws -> ProblemCode { try Tus.problem(answer).code }

    @Test("a registration with any of the forged lists is refused, and with the good one it is not")
    func registrations() async throws {
        let house = try await House()
        let vectors = try ForgedLists()
        #expect(vectors.lists.count == 22)
        let good = vectors.lists.filter(\.isGood)
        for (index, list) in (vectors.lists.filter { !$0.isGood } + good).enumerated() {
            let handle = try #require(Handle(text: "forger-\(index)"))
            let request = list.registration(as: handle, device: vectors.device)
            let answer = try await house.api.send("POST", "/v1/accounts", request)
            if list.isGood {
                #expect(answer.status == 201)
            } else {
                let problem = try Tus.problem(answer)
                #expect(answer.status == 422 && problem.code == .badSignature, "\(list.what)")
                #expect(problem.field == "deviceList", "\(list.what)")
            }
        }
    }

    @Test("a device with a small key is not linked, on the word of a good account and of a list that verifies")
    func linking() async throws {
        let house = try await House()
        let alice = try await house.person("alice")
        let signing = try Ed25519.PublicKey(Self.neutral)
        let identity = DeviceIdentityKeys(signing: signing, agreement: X25519.PrivateKey().publicKey)
        let second = ListedDevice(
            device: DeviceID(2), registration: try #require(RegistrationID(5)), identity: identity)
        let list = try VerifiedDeviceList(
            account: alice.account, epoch: 2, devices: [alice.device.listed, second], signedBy: alice.person.identity)
        var keys = alice.device.upload
        keys.signedPreKey?.signature = Self.anybodys
        keys.lastResortPreKey?.signature = Self.anybodys
        keys.kemLastResortPreKey?.signature = Self.anybodys
        let change = DeviceListChange(deviceList: list.payload, preKeys: keys)
        let answer = try await house.api.send("PUT", "/v1/devices", change, token: alice.token)
        #expect(try answer.status == 422 && code(answer) == .badSignature)
        let known: DeviceViews = try await house.api.call("GET", "/v1/devices", token: alice.token)
        #expect(known.items.count == 1)
    }

    @Test("a second number for the S of a good signature is refused: of a list, of prekeys, at login, at the deletion")
    func otherS() async throws {
        let house = try await House()
        let alice = try await house.person("alice")
        let second = PersonDevice(account: alice.account, number: 2, now: House.now)
        var list = alice.person.list(epoch: 2, [alice.device, second])
        list.signature = Self.withOtherS(list.signature)
        let change = DeviceListChange(deviceList: list, preKeys: second.upload)
        let linked = try await house.api.send("PUT", "/v1/devices", change, token: alice.token)
        #expect(try linked.status == 422 && code(linked) == .badSignature)

        let fresh = PersonDevice.upload(by: alice.device.identity, firstID: 50, oneTimePreKeyCount: 1, now: House.now)
        let signedKey = try #require(fresh.signedPreKey)
        let lastResort = try #require(fresh.lastResortPreKey)
        let kem = try #require(fresh.kemLastResortPreKey)
        var uploads = [fresh, fresh, fresh]
        uploads[0].signedPreKey?.signature = Self.withOtherS(signedKey.signature)
        uploads[1].lastResortPreKey?.signature = Self.withOtherS(lastResort.signature)
        uploads[2].kemLastResortPreKey?.signature = Self.withOtherS(kem.signature)
        for upload in uploads {
            let answer = try await house.api.send("PUT", "/v1/keys", upload, token: alice.token)
            #expect(try answer.status == 422 && code(answer) == .badSignature)
        }
        #expect(try await house.api.send("PUT", "/v1/keys", fresh, token: alice.token).status == 200)

        var signed = try await house.signedChallenge(alice.device)
        signed.signature = Self.withOtherS(signed.signature)
        let login = try await house.api.send("POST", "/v1/auth/token", TokenRequest(signed: signed))
        #expect(try login.status == 401 && code(login) == .unauthenticated)
        _ = try await house.logIn(alice.device)

        let challenge: Challenge = try await house.api.call(
            "POST", "/v1/auth/challenge",
            ChallengeRequest(account: alice.account, device: alice.device.address.device))
        let deletion = try #require(
            AccountDeletion(
                serverName: challenge.serverName, challenge: try LoginChallenge(challenge.challenge),
                address: alice.device.address))
        let good = deletion.signed(by: alice.person.identity).bytes
        let request = AccountDeletionRequest(challenge: challenge.challenge, signature: Self.withOtherS(good))
        let deleted = try await house.api.send("DELETE", "/v1/accounts/me", request, token: alice.token)
        #expect(try deleted.status == 422 && code(deleted) == .badSignature)
    }
}

/// fixtures/vectors/refusals.json, as far as a server is asked about it.
private struct ForgedLists: ~Copyable {
    struct List {
        let what: String
        let isGood: Bool
        let bytes: [UInt8]

        /// The bytes taken apart as docs/protocol/keys.md draws them, and not by a reader that might refuse them.
        func registration(as handle: Handle, device: borrowing DeviceIdentity) -> RegistrationRequest {
            guard let account = AccountID(Array(bytes[1..<17])), let registration = RegistrationID(77) else {
                preconditionFailure("a vector of a legal form")
            }
            let listed = DevicePayload(
                device: DeviceID(1), registrationID: registration, identity: device.publicKeys.payload)
            let list = DeviceListPayload(epoch: 1, devices: [listed], signature: Array(bytes.suffix(64)))
            return RegistrationRequest(
                handle: handle, account: account,
                identity: IdentityPayload(
                    signingKey: Array(bytes[17..<49]), agreementKey: Array(bytes[49..<81])),
                deviceList: list,
                preKeys: PersonDevice.upload(by: device, firstID: 1, oneTimePreKeyCount: 0, now: House.now),
                invite: nil)
        }
    }

    let device: DeviceIdentity
    let lists: [List]

    init() throws {
        let file = try Fixture.vectors("refusals.json")
        device = try DeviceIdentity(fromSealedStore: SecretBytes(copying: file["device"]["private"].hex))
        guard case .list(let items) = file["lists"] else { preconditionFailure("no lists") }
        lists = items.map {
            List(what: $0["what"].text, isGood: $0["answer"] == .text("accept"), bytes: $0["bytes"].hex)
        }
    }
}

extension WireValue {
    fileprivate var text: String { if case .text(let text) = self { text } else { "" } }

    fileprivate var hex: [UInt8] {
        let digits = text.compactMap(\.hexDigitValue)
        return stride(from: 0, to: digits.count & ~1, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
    }
}
