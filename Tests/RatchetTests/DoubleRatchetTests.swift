import Crypto
import Keys
import Testing

@testable import Ratchet

@Suite final class DoubleRatchetTests {
    private let sender = X25519.PrivateKey()
    private let chain = ChainKey(.random(byteCount: 32), number: 0)

    /// A state that receives ``chain`` of ``sender``.
    private func receiver(skipped: consuming SkippedKeys = SkippedKeys()) -> DoubleRatchet {
        DoubleRatchet(
            root: .random(byteCount: 32),
            sending: DoubleRatchet.Sending(
                ratchetKey: X25519.PrivateKey(), chain: ChainKey(.random(byteCount: 32), number: 0), previousCount: 0),
            receiving: DoubleRatchet.Receiving(ratchetKey: sender.publicKey, chain: chain.duplicate()),
            skipped: skipped)
    }

    /// The first message of ``chain``, with that inside as it is.
    private func message(_ padded: [UInt8], ratchetKey: X25519.PublicKey? = nil) throws -> SessionMessage {
        let header = RatchetHeader(ratchetKey: ratchetKey ?? sender.publicKey, previousCount: 0, number: 0)
        let prefix = SessionMessage.prefix(handshake: nil, header: header)
        let key = ChaCha20Poly1305.Key(checked: chain.messageKey())
        return try SessionMessage(prefix + ChaCha20Poly1305.seal(padded, key: key, nonce: .zero, binding: prefix))
    }

    @Test("an authentic message that is padded in any other way is refused and changes nothing")
    func padding() throws {
        var ratchet = receiver()
        let before = ratchet.recordBytes()
        for padded in [[UInt8](repeating: 0, count: 256), [1], [0x80], Padding.pad([7]) + [0]] {
            let message = try message(padded)
            #expect(throws: OpenError.refused) { try ratchet.open(message, binding: []) }
        }
        let after = ratchet.recordBytes()
        #expect(after == before)
        let good = try message(Padding.pad([7]))
        #expect(try ratchet.open(good, binding: []) == [7])
    }

    @Test("a ratchet key of small order is refused and changes nothing", arguments: [UInt8(0), 1])
    func smallOrder(first: UInt8) throws {
        var ratchet = receiver()
        let before = ratchet.recordBytes()
        let ratchetKey = try X25519.PublicKey([first] + [UInt8](repeating: 0, count: 31))
        let message = try message(Padding.pad([7]), ratchetKey: ratchetKey)
        #expect(throws: OpenError.refused) { try ratchet.open(message, binding: []) }
        let after = ratchet.recordBytes()
        #expect(after == before)
    }

    @Test("stored runs of skipped keys that are empty, too many in all or past the last number are malformed")
    func runs() throws {
        let empty = receiver().recordBytes()
        func reread(_ runs: [(first: UInt32, count: UInt16)]) throws -> Int {
            var bytes = Array(empty.dropLast(2))
            bytes.append(number: UInt16(runs.count))
            for run in runs {
                bytes += sender.publicKey.bytes
                bytes.append(number: run.first)
                bytes.append(number: run.count)
                bytes += [UInt8](repeating: 3, count: 32 * Int(run.count))
            }
            var reader = StateReader(SecretBytes(copying: bytes))
            let ratchet = try DoubleRatchet(from: &reader)
            let again = ratchet.recordBytes()
            #expect(again == bytes)
            return ratchet.skipped.names.count
        }
        #expect(try reread([]) == 0)
        #expect(try reread([(5, 2_000)]) == 2_000)
        #expect(try reread([(5, 1_000), (2_000, 1_000)]) == 2_000)
        #expect(try reread([(.max - 2, 2)]) == 2)
        let malformed: [[(first: UInt32, count: UInt16)]] = [
            [(5, 0)], [(5, 2_001)], [(5, 1_000), (2_000, 1_001)], [(.max - 2, 3)], [(.max, 1)],
        ]
        for runs in malformed {
            #expect(throws: RecordError.malformed) { try reread(runs) }
        }
    }
}

extension DoubleRatchet {
    /// As it is stored, for comparing states.
    func recordBytes() -> [UInt8] {
        SecretBytes(byteCount: recordByteCount) { buffer in
            var writer = StateWriter(buffer)
            write(to: &writer)
        }.exportUnprotected()
    }
}
