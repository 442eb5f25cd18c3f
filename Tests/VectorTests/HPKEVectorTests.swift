import Testing

@testable import Crypto

@Suite(.enabled(if: Vectors.arePresent, "published vectors are not beside this package"))
struct HPKEVectorTests {
    struct Vector: Decodable {
        struct Encryption: Decodable {
            let seq: UInt64?
            let aad: Hex
            let ct: Hex
            let pt: Hex
        }

        struct Export: Decodable {
            let exporter_context: Hex
            let L: Int
            let exported_value: Hex
        }

        let mode: Int
        let kem_id: UInt16
        let kdf_id: UInt16
        let aead_id: UInt16
        let info: Hex
        let ikmR: Hex
        let ikmE: Hex
        let ikmS: Hex?
        let skRm: Hex
        let skSm: Hex?
        let pkRm: Hex
        let pkSm: Hex?
        let psk: Hex?
        let psk_id: Hex?
        let enc: Hex
        let encryptions: [Encryption]
        let exports: [Export]

        var suite: (kem: HPKE.KEM, suite: HPKE.Suite)? {
            guard let kem = HPKE.KEM(rawValue: kem_id), let kdf = HPKE.KDF(rawValue: kdf_id),
                  let aead = HPKE.AEAD(rawValue: aead_id) else { return nil }
            return (kem, HPKE.Suite(kdf: kdf, aead: aead))
        }

        /// Its suite by numbers, and by the KEM's name when that is what we do not have.
        var suiteName: String {
            let numbers = [kem_id, kdf_id, aead_id].map { "0x" + String($0, radix: 16) }.joined(separator: " ")
            return "\(HPKEVectorTests.unsupportedKEMs[kem_id] ?? "unknown") (\(numbers))"
        }
    }

    /// KEMs that the drafts name and that we chose not to have: a weaker ML-KEM, and curves nobody asks us for.
    static let unsupportedKEMs: [UInt16: String] = [
        0x0011: "P-384", 0x0012: "P-521", 0x0021: "X448", 0x0040: "ML-KEM-512", 0x0050: "MLKEM768-P256",
        0x0051: "MLKEM1024-P384",
    ]

    @Test("both sides of every published context give the published bytes", arguments: [
        "hpke/rfc9180.json", "hpke/hpke-pq.json",
    ])
    func contexts(file: String) throws {
        var tally = Tally(file)
        for (index, vector) in try Vectors.json(file, as: [Vector].self).enumerated() {
            guard let (kem, suite) = vector.suite else {
                #expect(Self.unsupportedKEMs[vector.kem_id] != nil, "\(file) \(index): \(vector.suiteName)")
                tally.skip(vector.suiteName)
                continue
            }
            let key = HPKE.PrivateKey(deriving: SecretBytes(copying: vector.ikmR.bytes), kem: kem)
            let stored = key.exportSecret().exportUnprotected()
            #expect(stored == vector.skRm.bytes && key.publicKey.bytes == vector.pkRm.bytes, "\(file) \(index)")
            let again = try HPKE.PrivateKey(SecretBytes(copying: vector.skRm.bytes), kem: kem)
            #expect(again.publicKey == (try HPKE.PublicKey(vector.pkRm.bytes, kem: kem)))
            var sides = try Sides(vector, kem: kem, suite: suite, key: key)
            #expect(sides.sender.encapsulatedKey == vector.enc.bytes, "\(file) \(index)")
            try sides.exchange(vector, "\(file) \(index)")
            tally.count(.valid)
        }
        tally.printed()
    }
}

/// The two contexts that a vector makes.
private struct Sides: ~Copyable {
    var sender: HPKE.Sender
    var receiver: HPKE.Receiver

    init(
        _ vector: HPKEVectorTests.Vector, kem: HPKE.KEM, suite: HPKE.Suite, key: borrowing HPKE.PrivateKey
    ) throws {
        let sender = try Self.sender(vector, kem, suite, to: key.publicKey)
        let receiver = try Self.receiver(vector, kem, suite, key)
        self.sender = sender
        self.receiver = receiver
    }

    private static func sender(
        _ vector: HPKEVectorTests.Vector, _ kem: HPKE.KEM, _ suite: HPKE.Suite, to key: HPKE.PublicKey
    ) throws -> HPKE.Sender {
        let (info, randomness) = (vector.info.bytes, vector.ikmE.bytes)
        switch vector.mode {
        case 0:
            return try HPKE.Sender(
                to: key, info: info, suite: suite, withChosenRandomness: SecretBytes(copying: randomness))
        case 1:
            return try HPKE.Sender(
                to: key, info: info, suite: suite, preSharedKey: preSharedKey(vector),
                withChosenRandomness: SecretBytes(copying: randomness))
        case 2:
            return try HPKE.Sender(
                to: key, from: senderKey(vector, kem: kem), info: info, suite: suite,
                withChosenRandomness: SecretBytes(copying: randomness))
        case 3:
            return try HPKE.Sender(
                to: key, from: senderKey(vector, kem: kem), info: info, suite: suite,
                preSharedKey: preSharedKey(vector), withChosenRandomness: SecretBytes(copying: randomness))
        default: throw UnknownMode()
        }
    }

    private static func receiver(
        _ vector: HPKEVectorTests.Vector, _ kem: HPKE.KEM, _ suite: HPKE.Suite, _ key: borrowing HPKE.PrivateKey
    ) throws -> HPKE.Receiver {
        let (info, enc) = (vector.info.bytes, vector.enc.bytes)
        switch vector.mode {
        case 0: return try HPKE.Receiver(enc, key: key, info: info, suite: suite)
        case 1:
            return try HPKE.Receiver(enc, key: key, info: info, suite: suite, preSharedKey: preSharedKey(vector))
        case 2:
            let peer = try HPKE.PublicKey(vector.pkSm.bytes, kem: kem)
            return try HPKE.Receiver(enc, key: key, from: peer, info: info, suite: suite)
        case 3:
            let peer = try HPKE.PublicKey(vector.pkSm.bytes, kem: kem)
            return try HPKE.Receiver(
                enc, key: key, from: peer, info: info, suite: suite, preSharedKey: preSharedKey(vector))
        default: throw UnknownMode()
        }
    }

    /// Every message sealed and opened at its place, every secret exported on both sides.
    mutating func exchange(_ vector: HPKEVectorTests.Vector, _ name: String) throws {
        for (place, message) in vector.encryptions.enumerated() {
            sender.context.skip(to: message.seq ?? UInt64(place))
            receiver.context.skip(to: message.seq ?? UInt64(place))
            #expect(try sender.seal(message.pt.bytes, binding: message.aad.bytes) == message.ct.bytes, "\(name)")
            var forged = message.ct.bytes
            forged[forged.count - 1] ^= 1
            let isForgeryRefused = (try? receiver.open(forged, binding: message.aad.bytes)) == nil
            #expect(isForgeryRefused, "\(name)")
            #expect(try receiver.open(message.ct.bytes, binding: message.aad.bytes) == message.pt.bytes, "\(name)")
        }
        for export in vector.exports {
            let sent = sender.export(export.exporter_context.bytes, byteCount: export.L).exportUnprotected()
            let received = receiver.export(export.exporter_context.bytes, byteCount: export.L).exportUnprotected()
            #expect(sent == export.exported_value.bytes && received == sent, "\(name)")
        }
    }

    private static func preSharedKey(_ vector: HPKEVectorTests.Vector) throws -> HPKE.PreSharedKey {
        guard let psk = HPKE.PreSharedKey(id: vector.psk_id.bytes, secret: SecretBytes(copying: vector.psk.bytes))
        else { throw UnknownMode() }
        return psk
    }

    /// Derived and stored are the same key.
    private static func senderKey(_ vector: HPKEVectorTests.Vector, kem: HPKE.KEM) throws -> HPKE.PrivateKey {
        let key = HPKE.PrivateKey(deriving: SecretBytes(copying: vector.ikmS.bytes), kem: kem)
        let stored = key.exportSecret().exportUnprotected()
        #expect(stored == vector.skSm.bytes && key.publicKey.bytes == vector.pkSm.bytes)
        return key
    }
}

/// A vector asks for what RFC 9180 does not have.
private struct UnknownMode: Error {}
