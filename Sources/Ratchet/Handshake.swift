import Crypto
public import Keys

/// Names one handshake: SHA-256 of its bytes. Remembered by responders, so that none is answered twice.
public struct HandshakeID: Hashable, Sendable {
    /// The 32 bytes.
    public let bytes: [UInt8]

    init(_ bytes: [UInt8]) { self.bytes = bytes }
}

/// What an initiator tells a responder to agree on a first key, in front of each message until the first reply.
///
/// Numbers big-endian:
///
/// | offset | size | field |
/// |---|---|---|
/// | 0 | 4 | id of the signed prekey |
/// | 4 | 1 | the X25519 prekey beside it: 0 none, 1 one-time, 2 last resort |
/// | 5 | 4 | its id; zero for none |
/// | 9 | 1 | the ML-KEM prekey: 1 one-time, 2 last resort |
/// | 10 | 4 | its id |
/// | 14 | 32 | the initiator's ephemeral X25519 public key |
/// | 46 | 1088 | ML-KEM-768 ciphertext |
public struct Handshake: Hashable, Sendable {
    /// Bytes in the layout above.
    static let byteCount = 1_134

    /// The X25519 prekey used beside the signed one.
    public enum Single: Hashable, Sendable {
        case none
        case oneTime(PreKeyID)
        case lastResort(PreKeyID)
    }

    /// The ML-KEM prekey used, and what was encapsulated to it.
    public struct KEM: Hashable, Sendable {
        public let kind: KEMPreKey.Kind
        public let id: PreKeyID
        let ciphertext: MLKEM768.Ciphertext
    }

    /// Which signed prekey the responder needs.
    public let signedPreKey: PreKeyID
    /// Which other X25519 prekey it needs.
    public let single: Single
    /// Which ML-KEM prekey it needs.
    public let kem: KEM
    let ephemeral: X25519.PublicKey

    init(signedPreKey: PreKeyID, single: Single, kem: KEM, ephemeral: X25519.PublicKey) {
        self.signedPreKey = signedPreKey
        self.single = single
        self.kem = kem
        self.ephemeral = ephemeral
    }

    init(from reader: inout ByteReader) throws(KeyFormatError) {
        signedPreKey = try PreKeyID(checking: try reader.number())
        let singleKind: UInt8 = try reader.number()
        let singleID: UInt32 = try reader.number()
        switch (singleKind, singleID) {
        case (0, 0): single = .none
        case (1, let id): single = .oneTime(try PreKeyID(checking: id))
        case (2, let id): single = .lastResort(try PreKeyID(checking: id))
        default: throw .outOfBounds
        }
        let kemKind: UInt8 = try reader.number()
        let kemID: UInt32 = try reader.number()
        ephemeral = try reader.agreementKey()
        let kind: KEMPreKey.Kind = switch kemKind {
        case 1: .oneTime
        case 2: .lastResort
        default: throw .outOfBounds
        }
        let id = try PreKeyID(checking: kemID)
        do {
            let ciphertext = try MLKEM768.Ciphertext(reader.take(upTo: MLKEM768.ciphertextByteCount))
            kem = KEM(kind: kind, id: id, ciphertext: ciphertext)
        } catch {
            throw .truncated
        }
    }

    /// The layout above.
    var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Self.byteCount)
        bytes.append(number: signedPreKey.rawValue)
        let (singleKind, singleID): (UInt8, UInt32) = switch single {
        case .none: (0, 0)
        case .oneTime(let id): (1, id.rawValue)
        case .lastResort(let id): (2, id.rawValue)
        }
        bytes.append(singleKind)
        bytes.append(number: singleID)
        bytes.append(kem.kind == .oneTime ? 1 : 2)
        bytes.append(number: kem.id.rawValue)
        bytes += ephemeral.bytes
        bytes += kem.ciphertext.bytes
        return bytes
    }

    /// Its name.
    public var id: HandshakeID { HandshakeID(SHA256.hash(bytes)) }

    /// Whether every prekey it used may be used by others too: only then can it be replayed at all.
    public var usesNoOneTimeKey: Bool {
        if case .oneTime = single { return false }
        return kem.kind != .oneTime
    }
}
