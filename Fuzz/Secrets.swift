@testable import Crypto

extension FuzzTarget {
    private static let x25519 = HPKE.PrivateKey(kem: .x25519)
    private static let mlkem768 = MLKEM768.DecapsulationKey()

    static let secrets = [
        FuzzTarget(name: "padding", byteCountMax: 4096) { (bytes) in
            guard let message = Padding.unpad(bytes) else { return }
            require(Padding.pad(message) == bytes, "two paddings of a message")
        },
        FuzzTarget(name: "mlkem", byteCountMax: 1600) { (bytes) in
            if let key = try? MLKEM768.EncapsulationKey(bytes) {
                let made = key.encapsulate()
                require(made.ciphertext.bytes.count == MLKEM768.ciphertextByteCount, "a ciphertext of another size")
            }
            if let ciphertext = try? MLKEM768.Ciphertext(bytes) {
                // Rejected implicitly: a secret of its own, the same each time.
                let one = mlkem768.decapsulate(ciphertext)
                let other = mlkem768.decapsulate(ciphertext)
                require(ConstantTime.equal(one, other), "a decapsulation that wavers")
            }
        },
        FuzzTarget(name: "hpke", byteCountMax: 300) { (bytes) in
            guard bytes.count > 32 else { return }
            let sealed = HPKE.Sealed(encapsulatedKey: Array(bytes[..<32]), ciphertext: Array(bytes[32...]))
            require((try? HPKE.open(sealed, key: x25519, info: [], aad: [])) == nil, "a message that nobody sealed")
        },
        FuzzTarget(name: "sealed-stream", byteCountMax: 64) { damagedStream($0) },
        FuzzTarget(name: "p256", byteCountMax: 100) { (bytes) in
            guard let key = try? P256.PublicKey(bytes) else { return }
            require(key.bytes == bytes, "a point of two forms")
        },
        FuzzTarget(name: "ed25519", byteCountMax: 200) { (bytes) in
            guard bytes.count > 96, let key = try? Ed25519.PublicKey(Array(bytes[..<32])),
                let signature = try? Ed25519.Signature(Array(bytes[32..<96]))
            else { return }
            _ = key.verifies(signature, over: Array(bytes[96...]))
        },
    ]

    /// A stream of three chunks, sealed once; what is done to it must show, and parts of it must open as the whole.
    private static let stream: (secret: [UInt8], sealed: [UInt8], plain: [UInt8]) = {
        let key = SealedStream.Key()
        let secret = key.exportSecret().exportUnprotected()
        let plain = (0..<(2 * SealedStream.chunkByteCount + 100)).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        var sealer = SealedStream.Sealer(key: key)
        let start = sealer.seal(plain)
        return (secret, start + sealer.finish(), plain)
    }()

    /// Three bytes a step: where, and what to do there. One byte at last says how the pieces come.
    private static func damagedStream(_ bytes: [UInt8]) {
        var sealed = stream.sealed
        for at in stride(from: 0, to: bytes.count - 3, by: 3) {
            let place = (Int(bytes[at]) << 8 | Int(bytes[at + 1])) * 31 % max(1, sealed.count)
            switch bytes[at + 2] & 3 {
            case 0: sealed.removeLast(min(sealed.count, place % 70_000))
            case 1: if !sealed.isEmpty { sealed[place] ^= bytes[at + 2] >> 2 }
            case 2: sealed += sealed.prefix(place % 70_000)
            default: sealed = Array(sealed[place...] + sealed[..<place])
            }
        }
        guard let key = try? SealedStream.Key(SecretBytes(copying: stream.secret)) else { return }
        var opener = SealedStream.Opener(key: key)
        let step = 1 + Int(bytes.last ?? 0) * 997
        var opened: [UInt8]? = []
        var at = 0
        while at < sealed.count, let soFar = opened {
            opened = (try? opener.open(Array(sealed[at..<min(at + step, sealed.count)]))).map { soFar + $0 }
            at += step
        }
        let last = try? opener.finish()
        let whole = opened.flatMap { (start) in last.map { start + $0 } }
        require(whole == (sealed == stream.sealed ? stream.plain : nil), "a damaged stream that opened")
        guard let seeker = SealedStream.Seeker(key: key, sealedByteCount: stream.sealed.count), let first = bytes.first
        else { return }
        let from = Int(first) * 257
        let range = from..<min(from + step, stream.plain.count)
        guard let sealedRange = seeker.sealedRange(of: range) else { return }
        let part = try? seeker.open(range, from: Array(stream.sealed[sealedRange]))
        require(part == Array(stream.plain[range]), "a part that differs from the whole")
    }
}
