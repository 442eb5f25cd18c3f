import CSodium
import Crypto
import Keys
import Wire

/// docs/protocol/keys.md, "What verifiers refuse": keys and signatures that some libraries take.
///
/// A signature under a key `A` holds when `[S]B = R + [k]A`, where `k` is the hash of `R`, `A` and the message. With a
/// key of small order `[k]A` vanishes for every eighth message at the least, and then the base point with `S = 1` signs
/// it, which anybody can do. So each such list here is one that a lenient verifier takes.
enum RefusalVectors {
    /// The shard whose ids begin with these bits, so that a server under test takes them for its own.
    private static let account: [UInt8] = [0xA5, 0xC0] + [UInt8](repeating: 0x77, count: 14)

    static func make() throws -> JSON {
        let device = DeviceIdentity()
        let owner = AccountIdentity()
        let secret = owner.exportForSealedStore().exportUnprotected()
        let listed = ListedDevice(
            device: DeviceID(1), registration: required(RegistrationID(77)), identity: device.publicKeys)
        let good = try VerifiedDeviceList(
            account: required(AccountID(account)), epoch: 1, devices: [listed], signedBy: owner).bytes
        let forger = Forger(good: good, seed: Array(secret[..<32]))
        var lists = [forger.list("good", good, answer: "accept")]
        for (name, key) in SmallOrder.signing { lists.append(forger.underSmallKey(name, key)) }
        lists.append(forger.withSmallR())
        lists += forger.withOtherS()
        return .object([
            ("device", .object([
                ("number", .number(1)), ("registration", .number(77)),
                ("private", .hex(device.exportForSealedStore().exportUnprotected())),
            ])),
            ("accountPrivate", .hex(secret)),
            ("lists", .list(lists)),
            ("agreements", .list(agreements())),
        ])
    }

    private static func agreements() -> [JSON] {
        let key = X25519.PrivateKey()
        let peer = X25519.PrivateKey()
        let own = key.exportSecret().exportUnprotected()
        func agreement(_ name: String, _ other: [UInt8], _ answer: String) -> JSON {
            .object([
                ("what", .text(name)), ("private", .hex(own)), ("public", .hex(other)), ("answer", .text(answer)),
            ])
        }
        return [agreement("good", peer.publicKey.bytes, "accept")]
            + SmallOrder.agreeing.map { agreement($0.0, $0.1, "refuse") }
    }
}

/// Writes what nobody but a forger would.
private struct Forger {
    /// The bytes of a list that is good in every way.
    let good: [UInt8]
    /// Of the account that signed it.
    let seed: [UInt8]

    private static let context = Array("Sotto device list v1\0".utf8)
    /// The base point, compressed.
    private static let base: [UInt8] = [0x58] + [UInt8](repeating: 0x66, count: 31)
    /// The order of the base point, 2^252 + 27742317777372353535851937790883648493, little-endian.
    private static let order: [UInt8] = [
        0xED, 0xD3, 0xF5, 0x5C, 0x1A, 0x63, 0x12, 0x58, 0xD6, 0x9C, 0xF7, 0xA2, 0xDE, 0xF9, 0xDE, 0x14,
    ] + [UInt8](repeating: 0, count: 15) + [0x10]

    func list(_ name: String, _ bytes: [UInt8], answer: String = "refuse") -> JSON {
        .object([("what", .text(name)), ("bytes", .hex(bytes)), ("answer", .text(answer))])
    }

    private var content: [UInt8] { Array(good.dropLast(64)) }
    private var r: [UInt8] { Array(good.suffix(64).prefix(32)) }
    private var s: [UInt8] { Array(good.suffix(32)) }

    /// The same list under a key of small order, with the first account for which its signature holds.
    func underSmallKey(_ name: String, _ key: [UInt8]) -> JSON {
        var content = content
        content.replaceSubrange(17..<49, with: key)
        let one: [UInt8] = [1] + [UInt8](repeating: 0, count: 31)
        for last in UInt8.min...UInt8.max {
            content[16] = last
            // Eight is what the order of every such point divides.
            guard Self.challenge(Self.base, key, content)[0] & 7 == 0 else { continue }
            return list("key of small order: \(name)", content + Self.base + one)
        }
        preconditionFailure("every eighth account will do")
    }

    /// Signed by the right key, with the neutral point for `R`: it holds, and tells everybody the key.
    func withSmallR() -> JSON {
        let neutral = SmallOrder.signing[0].1
        let key = Array(good[17..<49])
        var (scalar, s) = ([UInt8](repeating: 0, count: 64), [UInt8](repeating: 0, count: 32))
        crypto_hash_sha512(&scalar, seed, UInt64(seed.count))
        scalar[0] &= 248
        scalar[31] = scalar[31] & 127 | 64
        crypto_core_ed25519_scalar_mul(&s, Self.challenge(neutral, key, content), Array(scalar[..<32]))
        return list("R of small order: neutral", content + neutral + s)
    }

    /// The good signature with another number for the same `S`, and with bits that are none of its own.
    func withOtherS() -> [JSON] {
        let sums = [1, 7, 15].map { (times) in
            list("S + \(times == 1 ? "" : "\(times) ")L", content + r + Self.sum(s, times))
        }
        let bits = [UInt8(5), 6, 7].map { (bit) in
            var changed = s
            changed[31] |= 1 << bit
            return list("S with bit \(248 + Int(bit))", content + r + changed)
        }
        return sums + bits
    }

    /// `k`, below the order of the base point.
    private static func challenge(_ r: [UInt8], _ key: [UInt8], _ content: [UInt8]) -> [UInt8] {
        let input = r + key + context + content
        var (hash, k) = ([UInt8](repeating: 0, count: 64), [UInt8](repeating: 0, count: 32))
        crypto_hash_sha512(&hash, input, UInt64(input.count))
        crypto_core_ed25519_scalar_reduce(&k, hash)
        return k
    }

    private static func sum(_ number: [UInt8], _ times: Int) -> [UInt8] {
        var carry = 0
        return zip(number, order).map { (digit, added) in
            carry += Int(digit) + times * Int(added)
            defer { carry >>= 8 }
            return UInt8(carry & 0xFF)
        }
    }
}

/// Every encoding of the points of small order.
private enum SmallOrder {
    /// 2^255 - 19 and what is added to it, little-endian, with the sign of x above.
    private static func prime(_ more: Int, sign: UInt8 = 0) -> [UInt8] {
        [UInt8(0xED + more)] + [UInt8](repeating: 0xFF, count: 30) + [0x7F | sign]
    }

    private static func number(_ low: UInt8, sign: UInt8 = 0) -> [UInt8] {
        [low] + [UInt8](repeating: 0, count: 30) + [sign]
    }

    private static func hex(_ text: String, sign: UInt8 = 0) -> [UInt8] {
        let digits = text.compactMap(\.hexDigitValue)
        var bytes = stride(from: 0, to: 64, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
        bytes[31] |= sign
        return bytes
    }

    /// The y of the four points of order 8: this and its negative.
    private static let eighth = "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"
    private static let negative = "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"

    /// The eight points, then what stands for one of them without being its encoding.
    static let signing: [(String, [UInt8])] = [
        ("neutral", number(1)), ("order 2", prime(-1)),
        ("order 4", number(0)), ("order 4, other x", number(0, sign: 128)),
        ("order 8", hex(eighth)), ("order 8, other x", hex(eighth, sign: 128)),
        ("order 8, other y", hex(negative)), ("order 8, other x and y", hex(negative, sign: 128)),
        ("neutral, x of 0 with a sign", number(1, sign: 128)), ("order 2, x of 0 with a sign", prime(-1, sign: 128)),
        ("neutral, y + p", prime(1)), ("neutral, y + p, x of 0 with a sign", prime(1, sign: 128)),
        ("order 4, y + p", prime(0)), ("order 4, y + p, other x", prime(0, sign: 128)),
    ]

    private static let coordinates: [(String, @Sendable (UInt8) -> [UInt8])] = [
        ("0", { number(0, sign: $0) }), ("1", { number(1, sign: $0) }),
        ("order 8", { hex("e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800", sign: $0) }),
        ("order 8, other", { hex("5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157", sign: $0) }),
        ("p - 1", { prime(-1, sign: $0) }), ("p", { prime(0, sign: $0) }), ("p + 1", { prime(1, sign: $0) }),
    ]

    /// Of Curve25519 and its twist. The highest bit is none of the coordinate (RFC 7748, section 5).
    static let agreeing: [(String, [UInt8])] =
        coordinates.map { ($0.0, $0.1(0)) } + coordinates.map { ("\($0.0), highest bit set", $0.1(128)) }
}
