public import Crypto
import Keys

/// A stored session, numbers big-endian:
///
/// | size | field |
/// |---|---|
/// | 1 | version, 1 |
/// | 8 | generation |
/// | 1 | number of archived sessions, 0…4 |
/// | … | the current session |
/// | … | each archived one, newest first: standing (1: 1 candidate, 2 retired), the session |
///
/// One session:
///
/// | size | field |
/// |---|---|
/// | 32 | handshake id |
/// | 32 | binding |
/// | 2 | size *h* of the handshake that still goes in front, or zero |
/// | *h* | that handshake |
/// | … | the ratchet, see `DoubleRatchet` |
///
/// 283 bytes for an answered session without skipped keys; each skipped key is 32 bytes, and 38 for each run of them.
extension Session {
    private static let recordVersion: UInt8 = 1

    /// What to write into a store that is sealed on the device. It holds secrets: nowhere else.
    public func record() -> SecretBytes {
        let byteCount = archived.reduce(10 + current.recordByteCount) { $0 + 1 + $1.state.recordByteCount }
        return SecretBytes(byteCount: byteCount) { buffer in
            var writer = StateWriter(buffer)
            writer.put(number: Self.recordVersion)
            writer.put(number: generation)
            writer.put(number: UInt8(truncatingIfNeeded: archived.count))
            current.write(to: &writer)
            for session in archived {
                writer.put(number: session.standing.rawValue)
                session.state.write(to: &writer)
            }
        }
    }

    /// What ``record()`` gave.
    ///
    /// `generationAtLeast` is the highest ``generation`` that was ever written for this peer, kept apart from the
    /// record; zero when none is known.
    /// - Throws: ``RecordError``.
    public init(record: borrowing SecretBytes, generationAtLeast: UInt64) throws(RecordError) {
        var reader = StateReader(record)
        let version: UInt8 = try reader.number()
        guard version == Self.recordVersion else { throw .unknownVersion(version) }
        let generation: UInt64 = try reader.number()
        let archivedCount: UInt8 = try reader.number()
        guard Int(archivedCount) <= Self.archivedCountMax else { throw .malformed }
        let current = try SessionState(from: &reader)
        var archived: [ArchivedSession] = []
        for _ in 0..<archivedCount {
            guard let standing = ArchivedSession.Standing(rawValue: try reader.number()) else { throw .malformed }
            archived.append(ArchivedSession(try SessionState(from: &reader), as: standing))
        }
        guard reader.remainingByteCount == 0 else { throw .malformed }
        guard generation >= generationAtLeast else {
            throw .rolledBack(generation: generation, atLeast: generationAtLeast)
        }
        self.init(generation: generation, current: current, archived: archived)
    }
}

extension SessionState {
    var recordByteCount: Int { 66 + (pendingHandshake?.bytes.count ?? 0) + ratchet.recordByteCount }

    func write(to writer: inout StateWriter) {
        let handshake = pendingHandshake?.bytes ?? []
        writer.put(handshakeID.bytes)
        writer.put(binding)
        writer.put(number: UInt16(truncatingIfNeeded: handshake.count))
        writer.put(handshake)
        ratchet.write(to: &writer)
    }

    init(from reader: inout StateReader) throws(RecordError) {
        let handshakeID = HandshakeID(try reader.bytes(32))
        let binding = try reader.bytes(32)
        let handshake = try Self.handshake(try reader.bytes(Int(try reader.number(UInt16.self))))
        self.init(
            handshakeID: handshakeID, binding: binding, pendingHandshake: handshake,
            ratchet: try DoubleRatchet(from: &reader))
    }

    private static func handshake(_ bytes: [UInt8]) throws(RecordError) -> Handshake? {
        guard !bytes.isEmpty else { return nil }
        do {
            var reader = ByteReader(bytes)
            let handshake = try Handshake(from: &reader)
            try reader.finish()
            return handshake
        } catch {
            throw .malformed
        }
    }

    /// A second owner of the same session, to try a message on.
    func duplicate() -> SessionState {
        SessionState(
            handshakeID: handshakeID, binding: binding, pendingHandshake: pendingHandshake,
            ratchet: ratchet.duplicate())
    }
}

extension DoubleRatchet {
    func duplicate() -> DoubleRatchet {
        let receiving: Receiving? = switch self.receiving {
        case .some(let receiving): Receiving(ratchetKey: receiving.ratchetKey, chain: receiving.chain.duplicate())
        case .none: nil
        }
        return DoubleRatchet(
            root: root.duplicate(),
            sending: Sending(
                ratchetKey: sending.ratchetKey.duplicate(), chain: sending.chain.duplicate(),
                previousCount: sending.previousCount),
            receiving: receiving, skipped: skipped.duplicate())
    }
}
