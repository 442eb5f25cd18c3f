import Crypto
import Keys

/// Writes fields, some of them secret, into protected memory of a size that is known before.
struct StateWriter {
    private let buffer: UnsafeMutableRawBufferPointer
    private var offset = 0

    init(_ buffer: UnsafeMutableRawBufferPointer) { self.buffer = buffer }

    mutating func put(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { put($0) }
    }

    mutating func put(_ secret: borrowing SecretBytes) {
        secret.withUnsafeBytes { put($0) }
    }

    mutating func put(number: some FixedWidthInteger & UnsignedInteger) {
        var bytes: [UInt8] = []
        bytes.append(number: number)
        put(bytes)
    }

    private mutating func put(_ bytes: UnsafeRawBufferPointer) {
        UnsafeMutableRawBufferPointer(rebasing: buffer[offset..<(offset + bytes.count)]).copyMemory(from: bytes)
        offset += bytes.count
    }
}

/// Reads fields, some of them secret, out of protected memory.
struct StateReader: ~Copyable {
    private let record: SecretBytes
    private var offset = 0

    init(_ record: borrowing SecretBytes) { self.record = record.duplicate() }

    var remainingByteCount: Int { record.byteCount - offset }

    mutating func secret(_ byteCount: Int) throws(RecordError) -> SecretBytes {
        guard byteCount >= 0, byteCount <= remainingByteCount else { throw .malformed }
        defer { offset += byteCount }
        return record.part(offset..<(offset + byteCount))
    }

    mutating func bytes(_ byteCount: Int) throws(RecordError) -> [UInt8] {
        try secret(byteCount).exportUnprotected()
    }

    mutating func number<Number: FixedWidthInteger & UnsignedInteger>(
        _ type: Number.Type = Number.self
    ) throws(RecordError) -> Number {
        var reader = ByteReader(secret(upTo: Number.bitWidth / 8).exportUnprotected())
        do { return try reader.number() } catch { throw .malformed }
    }

    mutating func publicKey() throws(RecordError) -> X25519.PublicKey {
        let bytes = secret(upTo: X25519.keyByteCount).exportUnprotected()
        do { return try X25519.PublicKey(bytes) } catch { throw .malformed }
    }

    mutating func privateKey() throws(RecordError) -> X25519.PrivateKey {
        let secret = secret(upTo: X25519.keyByteCount)
        do { return try X25519.PrivateKey(fromSealedStore: secret, publicKey: publicKey()) } catch { throw .malformed }
    }

    mutating func chainKey() throws(RecordError) -> ChainKey {
        let secret = try secret(32)
        return ChainKey(secret, number: try number())
    }

    /// The next `byteCount` bytes, or as many as are left: for a type that checks how many it gets.
    private mutating func secret(upTo byteCount: Int) -> SecretBytes {
        let end = min(offset + byteCount, record.byteCount)
        defer { offset = end }
        return record.part(offset..<end)
    }
}
