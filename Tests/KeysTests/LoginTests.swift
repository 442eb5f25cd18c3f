import Crypto
import Testing
import Wire

@testable import Keys

@Suite struct LoginTests {
    @Test("an answer is good for its server, challenge, account and device only")
    func answers() throws {
        let identity = DeviceIdentity()
        let address = DeviceAddress(account: .random(), device: DeviceID(3))
        let challenge = LoginChallenge()
        func login(
            _ challenge: LoginChallenge, _ address: DeviceAddress, at name: String = "chat.example"
        ) throws -> Login { try #require(Login(serverName: name, challenge: challenge, address: address)) }
        let asked = try login(challenge, address)
        let answer = asked.signed(by: identity)
        let keys = identity.publicKeys
        #expect(asked.isSigned(by: keys, answer))
        #expect(!asked.isSigned(by: DeviceIdentity().publicKeys, answer))
        #expect(try !login(challenge, address, at: "chat.exampl").isSigned(by: keys, answer))
        #expect(try !login(LoginChallenge(), address).isSigned(by: keys, answer))
        let elsewhere = DeviceAddress(account: .random(), device: DeviceID(3))
        #expect(try !login(challenge, elsewhere).isSigned(by: keys, answer))
        let sibling = DeviceAddress(account: address.account, device: DeviceID(4))
        #expect(try !login(challenge, sibling).isSigned(by: keys, answer))
    }

    @Test("the signed bytes are those of the table")
    func layout() throws {
        let identity = DeviceIdentity()
        let account = try #require(AccountID([UInt8](0..<16)))
        let challenge = try LoginChallenge([UInt8](repeating: 0xCC, count: 32))
        let address = DeviceAddress(account: account, device: DeviceID(0x01020304))
        let login = try #require(Login(serverName: "a.b", challenge: challenge, address: address))
        let expected = Array("Sotto login v1".utf8) + [0, 0, 3] + Array("a.b".utf8)
            + [UInt8](repeating: 0xCC, count: 32) + [UInt8](0..<16) + [1, 2, 3, 4]
        #expect(identity.publicKeys.signing.verifies(login.signed(by: identity), over: expected))
    }

    @Test("names of no bytes or above 253 and challenges that are not 32 bytes are refused")
    func bounds() {
        let address = DeviceAddress(account: .random(), device: DeviceID(1))
        func isAccepted(_ byteCount: Int) -> Bool {
            let name = String(repeating: "a", count: byteCount)
            return Login(serverName: name, challenge: LoginChallenge(), address: address) != nil
        }
        #expect(!isAccepted(0) && isAccepted(1) && isAccepted(253) && !isAccepted(254))
        #expect(throws: LengthError(expectedByteCount: 32, byteCount: 31)) {
            try LoginChallenge([UInt8](repeating: 0, count: 31))
        }
        #expect(LoginChallenge() != LoginChallenge())
    }
}
