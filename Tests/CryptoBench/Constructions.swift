import Crypto

/// What is ours and has no call of its own in either library.
enum Constructions {
    static func run() throws {
        try encapsulation(MLKEM768Parameters.self, "ML-KEM-768")
        try encapsulation(MLKEM1024Parameters.self, "ML-KEM-1024")
        try streams()
        for kem in [HPKE.KEM.x25519, .p256, .xWing] { try hybrid(kem) }
    }

    private static func encapsulation<Parameters: MLKEMParameters>(_: Parameters.Type, _ name: String) throws {
        typealias KEM = MLKEM<Parameters>
        let owner = Owner(KEM.DecapsulationKey())
        let peer = owner.key.encapsulationKey
        let ciphertext = peer.encapsulate().ciphertext
        Report.alone("\(name) key pair", 300) { _ = KEM.DecapsulationKey().encapsulationKey }
        Report.alone("\(name) encapsulation", 300) { _ = peer.encapsulate().ciphertext }
        Report.alone("\(name) decapsulation", 300) { _ = owner.key.decapsulate(ciphertext).byteCount }
    }

    private static func streams() throws {
        let file = RandomBytes.make(byteCount: 1_000_000)
        let key = RandomBytes.make(byteCount: 32)
        var sealer = SealedStream.Sealer(key: try SealedStream.Key(SecretBytes(copying: key)))
        let sealed = sealer.seal(file) + sealer.finish()
        let owner = Owner(try SealedStream.Key(SecretBytes(copying: key)))
        Report.alone("STREAM sealing 1 MB", 100, byteCount: file.count) {
            var sealer = SealedStream.Sealer(key: SealedStream.Key())
            _ = sealer.seal(file)
            _ = sealer.finish()
        }
        Report.alone("STREAM opening 1 MB", 100, byteCount: file.count) {
            var opener = SealedStream.Opener(key: owner.key)
            _ = try? opener.open(sealed)
            _ = try? opener.finish()
        }
        Report.alone("file of 1 MB with digest", 50, byteCount: file.count) {
            var sealer = SealedFile.Sealer(key: SealedStream.Key())
            _ = try? sealer.seal(file)
            _ = sealer.finish { (_: [UInt8]) in }
        }
    }

    private static func hybrid(_ kem: HPKE.KEM) throws {
        let owner = Owner(HPKE.PrivateKey(kem: kem))
        let (peer, text) = (owner.key.publicKey, RandomBytes.make(byteCount: 500))
        let sealed = try HPKE.seal(to: peer, info: [], aad: [], plaintext: text)
        Report.alone("HPKE \(kem) sealing 500 B", 100) {
            _ = try? HPKE.seal(to: peer, info: [], aad: [], plaintext: text)
        }
        Report.alone("HPKE \(kem) opening 500 B", 100) {
            _ = try? HPKE.open(sealed, key: owner.key, info: [], aad: [])
        }
    }
}
