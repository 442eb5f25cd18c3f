extension HPKE {
    /// Why bytes are not a key of their KEM.
    public enum KeyError: Error, Equatable, Sendable {
        /// They have not the size that the KEM asks for, or hold no key of it.
        case invalid
    }

    /// A recipient's public key: checked, and bound to its KEM.
    public struct PublicKey: Hashable, Sendable {
        enum Key: Hashable, Sendable {
            case p256(P256.PublicKey)
            case x25519(X25519.PublicKey)
            case mlkem768(MLKEM768.EncapsulationKey)
            case mlkem1024(MLKEM1024.EncapsulationKey)
            case xWing(XWing.EncapsulationKey)
        }

        let key: Key

        /// Reads the serialised key of `kem`: 65 bytes of P-256, 32 of X25519, 1,184 of ML-KEM-768, 1,568 of
        /// ML-KEM-1024, 1,216 of X-Wing.
        /// - Throws: ``KeyError``.
        public init(_ bytes: [UInt8], kem: KEM) throws(KeyError) {
            do {
                key = switch kem {
                case .p256: .p256(try P256.PublicKey(bytes))
                case .x25519: .x25519(try X25519.PublicKey(bytes))
                case .mlkem768: .mlkem768(try MLKEM768.EncapsulationKey(bytes))
                case .mlkem1024: .mlkem1024(try MLKEM1024.EncapsulationKey(bytes))
                case .xWing: .xWing(try XWing.EncapsulationKey(bytes))
                }
            } catch {
                throw .invalid
            }
        }

        /// An X25519 key as the recipient.
        public init(_ key: X25519.PublicKey) { self.key = .x25519(key) }

        init(_ key: Key) { self.key = key }

        /// Which KEM it is of.
        public var kem: KEM {
            switch key {
            case .p256: .p256
            case .x25519: .x25519
            case .mlkem768: .mlkem768
            case .mlkem1024: .mlkem1024
            case .xWing: .xWing
            }
        }

        /// The serialised key.
        public var bytes: [UInt8] {
            switch key {
            case .p256(let key): key.bytes
            case .x25519(let key): key.bytes
            case .mlkem768(let key): key.bytes
            case .mlkem1024(let key): key.bytes
            case .xWing(let key): key.bytes
            }
        }
    }

    /// A recipient's private key, bound to its KEM.
    public struct PrivateKey: ~Copyable, Sendable {
        enum Key: ~Copyable, Sendable {
            case p256(P256.PrivateKey)
            case x25519(X25519.PrivateKey)
            case mlkem768(MLKEM768.DecapsulationKey)
            case mlkem1024(MLKEM1024.DecapsulationKey)
            case xWing(XWing.DecapsulationKey)
        }

        /// The public half.
        public let publicKey: PublicKey
        let key: Key

        /// A new key from the system's random source.
        public init(kem: KEM) {
            switch kem {
            case .p256: self.init(P256.PrivateKey())
            case .x25519: self.init(X25519.PrivateKey())
            case .mlkem768: self.init(MLKEM768.DecapsulationKey())
            case .mlkem1024: self.init(MLKEM1024.DecapsulationKey())
            case .xWing: self.init(XWing.DecapsulationKey())
            }
        }

        /// Reads the serialised key of `kem`: 32 bytes, or the 64-byte seed of ML-KEM.
        /// - Throws: ``KeyError``.
        public init(_ secret: consuming SecretBytes, kem: KEM) throws(KeyError) {
            do {
                switch kem {
                case .p256: self.init(try P256.PrivateKey(secret))
                case .x25519: self.init(try X25519.PrivateKey(secret))
                case .mlkem768: self.init(try MLKEM768.DecapsulationKey(seed: secret))
                case .mlkem1024: self.init(try MLKEM1024.DecapsulationKey(seed: secret))
                case .xWing: self.init(try XWing.DecapsulationKey(seed: secret))
                }
            } catch {
                throw .invalid
            }
        }

        /// The key that `input` makes: DeriveKeyPair (RFC 9180, section 7.1.3; draft-ietf-hpke-pq).
        ///
        /// `input` is uniform and has as many bytes as a serialised key at least.
        public init(deriving input: borrowing SecretBytes, kem: KEM) {
            switch kem {
            case .p256: self.init(DHKEM<P256.PrivateKey>.deriveKey(input))
            case .x25519: self.init(DHKEM<X25519.PrivateKey>.deriveKey(input))
            case .mlkem768: self.init(MLKEM768.DecapsulationKey(checked: Self.seed(input, kem, byteCount: 64)))
            case .mlkem1024: self.init(MLKEM1024.DecapsulationKey(checked: Self.seed(input, kem, byteCount: 64)))
            case .xWing: self.init(XWing.DecapsulationKey(checked: Self.seed(input, kem, byteCount: 32)))
            }
        }

        /// Takes over an X25519 key.
        public init(_ key: consuming X25519.PrivateKey) {
            publicKey = PublicKey(.x25519(key.publicKey))
            self.key = .x25519(key)
        }

        init(_ key: consuming P256.PrivateKey) {
            publicKey = PublicKey(.p256(key.publicKey))
            self.key = .p256(key)
        }

        init(_ key: consuming MLKEM768.DecapsulationKey) {
            publicKey = PublicKey(.mlkem768(key.encapsulationKey))
            self.key = .mlkem768(key)
        }

        init(_ key: consuming MLKEM1024.DecapsulationKey) {
            publicKey = PublicKey(.mlkem1024(key.encapsulationKey))
            self.key = .mlkem1024(key)
        }

        init(_ key: consuming XWing.DecapsulationKey) {
            publicKey = PublicKey(.xWing(key.encapsulationKey))
            self.key = .xWing(key)
        }

        /// The serialised key, for a sealed store.
        public borrowing func exportSecret() -> SecretBytes {
            switch key {
            case .p256(let key): key.exportSecret()
            case .x25519(let key): key.exportSecret()
            case .mlkem768(let key): key.exportSeed()
            case .mlkem1024(let key): key.exportSeed()
            case .xWing(let key): key.exportSeed()
            }
        }

        private static func seed(_ input: borrowing SecretBytes, _ kem: KEM, byteCount: Int) -> SecretBytes {
            LabeledKDF.shake256(kem).derive(input: input, label: "DeriveKeyPair", context: [], byteCount: byteCount)
        }
    }
}
