import Crypto
import Keys
import Ratchet
import Wire

/// docs/protocol/keys.md: identities, device lists, prekeys, logins.
enum IdentityVectors {
    static func make() throws -> JSON {
        let first = try Maker(account: 0x11, device: 1, registration: 1)
        let second = DeviceIdentity()
        let devices = [
            first.list.devices[0],
            ListedDevice(
                device: DeviceID(7), registration: required(RegistrationID(16_383)), identity: second.publicKeys),
        ]
        let next = try VerifiedDeviceList(
            account: first.account, epoch: 2, devices: devices, signedBy: first.accountIdentity)
        let challenge = try LoginChallenge((0..<32).map { UInt8($0) })
        let login = required(Login(serverName: "chat.example", challenge: challenge, address: first.party.address))
        return .object([
            ("accountPrivate", .hex(first.accountSecret)),
            ("accountIdentity", .hex(first.accountIdentity.publicKeys.bytes)),
            ("fingerprint", .hex(first.accountIdentity.publicKeys.fingerprint)),
            ("devicePrivates", .list([
                .hex(first.deviceSecret), .hex(second.exportForSealedStore().exportUnprotected()),
            ])),
            ("lists", .list([list(first.list), list(next)])),
            ("preKeys", preKeys(first.identity)),
            ("login", .object([
                ("serverName", .text("chat.example")), ("challenge", .hex(challenge.bytes)),
                ("account", .hex(first.account.bytes.array)), ("device", .number(1)),
                ("signature", .hex(login.signed(by: first.identity).bytes)),
            ])),
        ])
    }

    private static func list(_ list: VerifiedDeviceList) -> JSON {
        .object([
            ("epoch", .number(list.epoch)), ("account", .hex(list.account.bytes.array)),
            ("devices", .list(list.devices.map { (device) in
                .object([
                    ("device", .number(UInt64(device.device.rawValue))),
                    ("registration", .number(UInt64(device.registration.rawValue))),
                    ("identity", .hex(device.identity.bytes)),
                ])
            })),
            ("bytes", .hex(list.bytes)),
        ])
    }

    private static func preKeys(_ identity: borrowing DeviceIdentity) -> JSON {
        let standing = SignedPreKeyPair(
            .standing, id: required(PreKeyID(1)), createdAt: Maker.now, signedBy: identity)
        let lastResort = SignedPreKeyPair(
            .lastResort, id: required(PreKeyID(2)), createdAt: Maker.now, signedBy: identity)
        let oneTimeKEM = KEMPreKeyPair(.oneTime, id: required(PreKeyID(3)), signedBy: identity)
        let lastResortKEM = KEMPreKeyPair(.lastResort, id: required(PreKeyID(4)), signedBy: identity)
        func signed(_ key: SignedPreKey, _ context: SignatureContext) -> JSON {
            .object([
                ("context", .text(context.rawValue)), ("id", .number(UInt64(key.id.rawValue))),
                ("createdAt", .number(key.createdAt.milliseconds)), ("key", .hex(key.agreement.bytes)),
                ("signature", .hex(key.signature.bytes)),
            ])
        }
        func kem(_ key: KEMPreKey, _ context: SignatureContext) -> JSON {
            .object([
                ("context", .text(context.rawValue)), ("id", .number(UInt64(key.id.rawValue))),
                ("key", .hex(key.encapsulationKey.bytes)), ("signature", .hex(key.signature.bytes)),
            ])
        }
        return .list([
            signed(standing.publicKey, .signedPreKey), signed(lastResort.publicKey, .lastResortPreKey),
            kem(oneTimeKEM.publicKey, .kemOneTimePreKey), kem(lastResortKEM.publicKey, .kemLastResortPreKey),
        ])
    }
}

/// docs/protocol/keys.md, "Safety number".
enum SafetyNumberVectors {
    static func make() throws -> JSON {
        var cases: [JSON] = []
        for number in UInt8(1)...3 {
            let one = AccountIdentity()
            let other = AccountIdentity()
            let names = (required(AccountID([UInt8](repeating: number, count: 16))),
                required(AccountID([UInt8](repeating: 0xFF - number, count: 16))))
            let shown = SafetyNumber(
                localAccount: names.0, localIdentity: one.publicKeys, remoteAccount: names.1,
                remoteIdentity: other.publicKeys)
            cases.append(.object([
                ("account", .hex(names.0.bytes.array)), ("identity", .hex(one.publicKeys.bytes)),
                ("peer", .hex(names.1.bytes.array)), ("peerIdentity", .hex(other.publicKeys.bytes)),
                ("digits", .text(shown.digits)), ("payload", .hex(shown.payload)),
            ]))
        }
        return .object([("cases", .list(cases))])
    }
}
