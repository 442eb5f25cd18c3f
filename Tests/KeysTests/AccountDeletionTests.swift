import Crypto
import Testing
import Wire

@testable import Keys

@Suite struct AccountDeletionTests {
    private let challenge = LoginChallenge()
    private let address = DeviceAddress(account: .random(), device: DeviceID(3))

    private func order(
        _ challenge: LoginChallenge? = nil, _ address: DeviceAddress? = nil, at name: String = "chat.example"
    ) throws -> AccountDeletion {
        try #require(
            AccountDeletion(
                serverName: name, challenge: challenge ?? self.challenge, address: address ?? self.address))
    }

    @Test("an order is good for its server, challenge, account and device only, and of the account's key only")
    func orders() throws {
        let identity = AccountIdentity()
        let signature = try order().signed(by: identity)
        let key = identity.publicKeys
        #expect(try order().isSigned(by: key, signature))
        #expect(try !order().isSigned(by: AccountIdentity().publicKeys, signature))
        #expect(try !order(at: "chat.exampl").isSigned(by: key, signature))
        #expect(try !order(LoginChallenge()).isSigned(by: key, signature))
        for (account, device) in [(AccountID.random(), UInt32(3)), (address.account, 4)] {
            let other = DeviceAddress(account: account, device: DeviceID(device))
            #expect(try !order(nil, other).isSigned(by: key, signature))
        }
        #expect(AccountDeletion(serverName: "", challenge: challenge, address: address) == nil)
    }

    @Test("a login deletes nothing and a deletion logs nobody in, even where both keys are one")
    func contexts() throws {
        let seed = SecretBytes.random(byteCount: 64)
        let account = try AccountIdentity(fromSealedStore: seed)
        let device = try DeviceIdentity(fromSealedStore: seed)
        let login = try #require(Login(serverName: "chat.example", challenge: challenge, address: address))
        #expect(try !order().isSigned(by: account.publicKeys, login.signed(by: device)))
        #expect(try !login.isSigned(by: device.publicKeys, order().signed(by: account)))
    }

    @Test("the signed bytes are those of the table")
    func layout() throws {
        let identity = AccountIdentity()
        let account = try #require(AccountID([UInt8](0..<16)))
        let challenge = try LoginChallenge([UInt8](repeating: 0xCC, count: 32))
        let address = DeviceAddress(account: account, device: DeviceID(0x01020304))
        let expected = Array("Sotto account deletion v1".utf8) + [0, 0, 3] + Array("a.b".utf8)
            + [UInt8](repeating: 0xCC, count: 32) + [UInt8](0..<16) + [1, 2, 3, 4]
        let signature = try order(challenge, address, at: "a.b").signed(by: identity)
        #expect(identity.publicKeys.signing.verifies(signature, over: expected))
    }
}
