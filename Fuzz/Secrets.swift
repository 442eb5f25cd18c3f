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
}
