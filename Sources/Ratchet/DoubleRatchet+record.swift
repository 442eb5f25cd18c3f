import Crypto

/// The part of a stored session that is its ratchet, numbers big-endian:
///
/// | size | field |
/// |---|---|
/// | 32 | root key |
/// | 32 + 32 | own ratchet private key, its public key |
/// | 32 + 4 | sending chain key, number of its next message |
/// | 4 | messages in the sending chain before this one |
/// | 1 | 1 when there is a receiving chain, else 0 |
/// | 0 or 32 | the peer's ratchet public key |
/// | 0 or 32 + 4 | receiving chain key, number of its next message |
/// | 2 | number of runs of skipped keys |
/// | … | each: ratchet public key (32), first message number (4), count *n* (2), keys (32 *n*) |
extension DoubleRatchet {
    /// Neighbours in ``SkippedKeys/names`` that follow each other in one chain.
    private struct Run {
        let first: SkippedKeys.Name
        var count: Int
    }

    private static func runs(of names: [SkippedKeys.Name]) -> [Run] {
        var runs: [Run] = []
        for name in names {
            if let last = runs.last, last.first.ratchetKey == name.ratchetKey,
               Int(last.first.number) + last.count == Int(name.number) {
                runs[runs.count - 1].count += 1
            } else {
                runs.append(Run(first: name, count: 1))
            }
        }
        return runs
    }

    var recordByteCount: Int {
        let receivingByteCount = switch receiving {
        case .some: 68
        case .none: 0
        }
        return 139 + receivingByteCount + Self.runs(of: skipped.names).count * 38
            + skipped.names.count * SkippedKeys.keyByteCount
    }

    func write(to writer: inout StateWriter) {
        writer.put(root)
        writer.put(sending.ratchetKey.exportSecret())
        writer.put(sending.ratchetKey.publicKey.bytes)
        writer.put(sending.chain.exportSecret())
        writer.put(number: sending.chain.number)
        writer.put(number: sending.previousCount)
        switch receiving {
        case .some(let receiving):
            writer.put(number: UInt8(1))
            writer.put(receiving.ratchetKey.bytes)
            writer.put(receiving.chain.exportSecret())
            writer.put(number: receiving.chain.number)
        case .none:
            writer.put(number: UInt8(0))
        }
        let runs = Self.runs(of: skipped.names)
        let keys = skipped.duplicateKeys()
        writer.put(number: UInt16(truncatingIfNeeded: runs.count))
        var start = 0
        for run in runs {
            let end = start + run.count * SkippedKeys.keyByteCount
            writer.put(run.first.ratchetKey.bytes)
            writer.put(number: run.first.number)
            writer.put(number: UInt16(truncatingIfNeeded: run.count))
            writer.put(keys.part(start..<end))
            start = end
        }
    }

    init(from reader: inout StateReader) throws(RecordError) {
        let root = try reader.secret(32)
        let ratchetKey = try reader.privateKey()
        let chain = try reader.chainKey()
        let sending = Sending(ratchetKey: ratchetKey, chain: chain, previousCount: try reader.number())
        let receiving = try Self.receiving(from: &reader)
        self.init(root: root, sending: sending, receiving: receiving, skipped: try Self.skipped(from: &reader))
    }

    private static func receiving(from reader: inout StateReader) throws(RecordError) -> Receiving? {
        switch try reader.number(UInt8.self) {
        case 0: return nil
        case 1:
            let ratchetKey = try reader.publicKey()
            return Receiving(ratchetKey: ratchetKey, chain: try reader.chainKey())
        default: throw .malformed
        }
    }

    private static func skipped(from reader: inout StateReader) throws(RecordError) -> SkippedKeys {
        var skipped = SkippedKeys()
        for _ in 0..<(try reader.number(UInt16.self)) {
            let ratchetKey = try reader.publicKey()
            let first: UInt32 = try reader.number()
            let count: UInt16 = try reader.number()
            guard count >= 1, skipped.names.count + Int(count) <= SkippedKeys.countMax,
                  UInt32.max - first >= UInt32(count) else { throw .malformed }
            let keys = try reader.secret(Int(count) * SkippedKeys.keyByteCount)
            skipped.add(ratchetKey: ratchetKey, first: first, keys: keys)
        }
        return skipped
    }
}
