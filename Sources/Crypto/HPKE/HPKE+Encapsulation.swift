extension HPKE {
    /// A shared secret, and what carries it to the recipient.
    struct Encapsulation: ~Copyable {
        let encapsulatedKey: [UInt8]
        let sharedSecret: SecretBytes
    }
}

extension HPKE.PublicKey {
    /// Encap (RFC 9180, section 4): `randomness` decides everything and is used once.
    /// - Throws: ``HPKE/Failure/unusableKey``.
    func encapsulate(_ randomness: borrowing SecretBytes) throws(HPKE.Failure) -> HPKE.Encapsulation {
        switch key {
        case .p256(let peer):
            let ephemeral = DHKEM<P256.PrivateKey>.deriveKey(randomness)
            return try Self.encapsulation(
                ephemeral.publicKey.bytes, DHKEM<P256.PrivateKey>.encapsulate(to: peer, ephemeral: ephemeral))
        case .x25519(let peer):
            let ephemeral = DHKEM<X25519.PrivateKey>.deriveKey(randomness)
            return try Self.encapsulation(
                ephemeral.publicKey.bytes, DHKEM<X25519.PrivateKey>.encapsulate(to: peer, ephemeral: ephemeral))
        case .mlkem768(let peer):
            let made = peer.encapsulateWithChosenMessage(randomness)
            return HPKE.Encapsulation(
                encapsulatedKey: made.ciphertext.bytes, sharedSecret: made.sharedSecret.duplicate())
        case .mlkem1024(let peer):
            let made = peer.encapsulateWithChosenMessage(randomness)
            return HPKE.Encapsulation(
                encapsulatedKey: made.ciphertext.bytes, sharedSecret: made.sharedSecret.duplicate())
        case .xWing(let peer):
            let made = peer.encapsulateWithChosenSeed(randomness)
            return HPKE.Encapsulation(
                encapsulatedKey: made.ciphertext.bytes, sharedSecret: made.sharedSecret.duplicate())
        }
    }

    /// AuthEncap (RFC 9180, section 4): Diffie-Hellman KEMs only, both keys of the same.
    /// - Throws: ``HPKE/Failure/unusableKey``.
    func encapsulate(
        _ randomness: borrowing SecretBytes, from sender: borrowing HPKE.PrivateKey
    ) throws(HPKE.Failure) -> HPKE.Encapsulation {
        switch sender.key {
        case .p256(let own):
            guard case .p256(let peer) = key else { throw .unusableKey }
            let ephemeral = DHKEM<P256.PrivateKey>.deriveKey(randomness)
            return try Self.encapsulation(
                ephemeral.publicKey.bytes,
                DHKEM<P256.PrivateKey>.encapsulate(to: peer, from: own, ephemeral: ephemeral))
        case .x25519(let own):
            guard case .x25519(let peer) = key else { throw .unusableKey }
            let ephemeral = DHKEM<X25519.PrivateKey>.deriveKey(randomness)
            return try Self.encapsulation(
                ephemeral.publicKey.bytes,
                DHKEM<X25519.PrivateKey>.encapsulate(to: peer, from: own, ephemeral: ephemeral))
        case .mlkem768: throw .unusableKey
        case .mlkem1024: throw .unusableKey
        case .xWing: throw .unusableKey
        }
    }

    private static func encapsulation(
        _ encapsulatedKey: [UInt8], _ sharedSecret: consuming SecretBytes?
    ) throws(HPKE.Failure) -> HPKE.Encapsulation {
        guard let sharedSecret else { throw .unusableKey }
        return HPKE.Encapsulation(encapsulatedKey: encapsulatedKey, sharedSecret: sharedSecret)
    }
}

extension HPKE.PrivateKey {
    /// Decap (RFC 9180, section 4).
    /// - Throws: ``HPKE/Failure/notAuthentic``.
    borrowing func decapsulate(_ encapsulated: [UInt8]) throws(HPKE.Failure) -> SecretBytes {
        switch key {
        case .p256(let own): return try Self.present(DHKEM<P256.PrivateKey>.decapsulate(encapsulated, key: own))
        case .x25519(let own): return try Self.present(DHKEM<X25519.PrivateKey>.decapsulate(encapsulated, key: own))
        case .mlkem768(let own):
            guard let ciphertext = try? MLKEM768.Ciphertext(encapsulated) else { throw .notAuthentic }
            return own.decapsulate(ciphertext)
        case .mlkem1024(let own):
            guard let ciphertext = try? MLKEM1024.Ciphertext(encapsulated) else { throw .notAuthentic }
            return own.decapsulate(ciphertext)
        case .xWing(let own):
            guard let ciphertext = try? XWing.Ciphertext(encapsulated) else { throw .notAuthentic }
            return own.decapsulate(ciphertext)
        }
    }

    /// AuthDecap (RFC 9180, section 4).
    /// - Throws: ``HPKE/Failure/notAuthentic``.
    borrowing func decapsulate(
        _ encapsulated: [UInt8], from sender: HPKE.PublicKey
    ) throws(HPKE.Failure) -> SecretBytes {
        switch key {
        case .p256(let own):
            guard case .p256(let peer) = sender.key else { throw .notAuthentic }
            return try Self.present(DHKEM<P256.PrivateKey>.decapsulate(encapsulated, from: peer, key: own))
        case .x25519(let own):
            guard case .x25519(let peer) = sender.key else { throw .notAuthentic }
            return try Self.present(DHKEM<X25519.PrivateKey>.decapsulate(encapsulated, from: peer, key: own))
        case .mlkem768: throw .notAuthentic
        case .mlkem1024: throw .notAuthentic
        case .xWing: throw .notAuthentic
        }
    }

    private static func present(_ secret: consuming SecretBytes?) throws(HPKE.Failure) -> SecretBytes {
        guard let secret else { throw .notAuthentic }
        return secret
    }
}
