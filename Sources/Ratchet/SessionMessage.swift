import Crypto
import Keys

/// A sealed message as it travels between two devices; well formed, but anyone may have written it.
///
/// Version 1, numbers big-endian:
///
/// | offset | size | field |
/// |---|---|---|
/// | 0 | 1 | version, 1 |
/// | 1 | 1 | type: 1 message, 2 initial message |
/// | 2 | 0 or 1134 | of an initial message: ``Handshake`` |
/// | *h* | 32 | the sender's ratchet public key |
/// | *h* + 32 | 4 | messages in the sender's chain before this one |
/// | *h* + 36 | 4 | number of the message in its chain, from 0 |
/// | *h* + 40 | *n* + 16 | ciphertext of the padded message, then the tag |
///
/// Everything before the ciphertext is authenticated with it.
public struct SessionMessage: Sendable {
    static let version: UInt8 = 1
    static let byteCountMax = 1_048_576

    /// The handshake of an initial message.
    public let handshake: Handshake?
    let header: RatchetHeader
    /// Everything before the ciphertext.
    let prefix: [UInt8]
    let sealed: [UInt8]

    /// - Throws: ``OpenError`` for anything but the layout above.
    public init(_ bytes: [UInt8]) throws(OpenError) {
        do {
            guard bytes.count <= Self.byteCountMax else { throw KeyFormatError.outOfBounds }
            var reader = ByteReader(bytes)
            try reader.version(Self.version)
            switch try reader.number(UInt8.self) {
            case 1: handshake = nil
            case 2: handshake = try Handshake(from: &reader)
            default: throw KeyFormatError.outOfBounds
            }
            header = try RatchetHeader(from: &reader)
            let sealedByteCount = reader.remainingByteCount
            guard sealedByteCount > ChaCha20Poly1305.tagByteCount else { throw KeyFormatError.truncated }
            prefix = Array(bytes[..<(bytes.count - sealedByteCount)])
            sealed = try reader.take(sealedByteCount)
        } catch {
            throw .refused
        }
    }

    static func prefix(handshake: Handshake?, header: RatchetHeader) -> [UInt8] {
        [version, handshake == nil ? 1 : 2] + (handshake?.bytes ?? []) + header.bytes
    }
}

/// Where a message stands in the ratchet of its sender.
struct RatchetHeader: Hashable, Sendable {
    /// Bytes in the layout of ``SessionMessage``.
    static let byteCount = 40

    let ratchetKey: X25519.PublicKey
    /// Messages in the sender's chain before this one.
    let previousCount: UInt32
    /// From 0 up, below `UInt32.max`.
    let number: UInt32

    init(ratchetKey: X25519.PublicKey, previousCount: UInt32, number: UInt32) {
        self.ratchetKey = ratchetKey
        self.previousCount = previousCount
        self.number = number
    }

    init(from reader: inout ByteReader) throws(KeyFormatError) {
        ratchetKey = try reader.agreementKey()
        previousCount = try reader.number()
        number = try reader.number()
        guard number < UInt32.max else { throw .outOfBounds }
    }

    var bytes: [UInt8] {
        var bytes = ratchetKey.bytes
        bytes.append(number: previousCount)
        bytes.append(number: number)
        return bytes
    }
}
