import Testing

@testable import Crypto

/// Serialized because one test takes every slot there is.
@Suite(.serialized) struct SecretBytesTests {
    @Test("a secret holds what it was made of, in every size around a slot", arguments: [0, 1, 32, 63, 64, 65, 1_000])
    func content(byteCount: Int) {
        let bytes = RandomBytes.make(byteCount: byteCount)
        let secret = SecretBytes(copying: bytes)
        #expect(secret.byteCount == byteCount)
        #expect(secret.exportUnprotected() == bytes)
        #expect(secret.duplicate().exportUnprotected() == bytes)
        #expect(secret.part(byteCount / 2..<byteCount).exportUnprotected() == Array(bytes[(byteCount / 2)...]))
    }

    #if DEBUG
    @Test("a slot that comes back with anything left in it traps in debug builds")
    func zeroing() async {
        SecretBytes(byteCount: 64) { _ in }.withUnsafeBytes { #expect($0.allSatisfy { $0 == 0 }) }
        await #expect(processExitsWith: .failure) {
            guard let slot = SecretArena.shared.take(byteCount: 8) else { return }
            slot.storeBytes(of: 1, as: UInt8.self)
            _ = SecretArena.shared.giveBack(slot)
        }
    }
    #endif

    @Test("the arena gives no slot twice, refuses what is too large, and takes back only its own")
    func slots() {
        let arena = SecretArena.shared
        var taken: [UnsafeMutableRawPointer] = []
        for _ in 0..<1_000 { if let pointer = arena.take(byteCount: 64) { taken.append(pointer) } }
        #expect(taken.count == 1_000 && Set(taken).count == 1_000)
        for pointer in taken { #expect(arena.giveBack(pointer)) }
        #expect(arena.take(byteCount: 65) == nil)
        withUnsafeTemporaryAllocation(byteCount: 64, alignment: 16) { other in
            if let start = other.baseAddress { #expect(!arena.giveBack(start)) }
        }
    }

    @Test("when all slots are taken secrets go on on the heap")
    func exhaustion() {
        let arena = SecretArena.shared
        var taken: [UnsafeMutableRawPointer] = []
        while let pointer = arena.take(byteCount: 32) { taken.append(pointer) }
        let secret = SecretBytes(copying: [1, 2, 3])
        #expect(secret.exportUnprotected() == [1, 2, 3])
        for pointer in taken { #expect(arena.giveBack(pointer)) }
    }

    @Test("an initialiser that throws leaves nothing and passes its error on")
    func throwing() {
        struct Refusal: Error, Equatable {}
        #expect(throws: Refusal()) {
            _ = try SecretBytes(byteCount: 32) { _ throws(Refusal) in throw Refusal() }.byteCount
        }
    }

    @Test("random secrets and bytes differ and have the size asked for")
    func random() {
        let first = SecretBytes.random(byteCount: 32)
        let second = SecretBytes.random(byteCount: 32)
        let areEqual = ConstantTime.equal(first, second)
        #expect(!areEqual)
        #expect(RandomBytes.make(byteCount: 0).isEmpty)
        #expect(RandomBytes.make(byteCount: 33).count == 33)
    }

    @Test("secrets made and freed on many threads keep their content")
    func concurrency() async {
        await withTaskGroup(of: Bool.self) { group in
            for task in 0..<8 {
                group.addTask {
                    (0..<500).allSatisfy { round in
                        let bytes = [UInt8](repeating: UInt8(truncatingIfNeeded: task &* 31 &+ round), count: 48)
                        return SecretBytes(copying: bytes).duplicate().exportUnprotected() == bytes
                    }
                }
            }
            for await isKept in group { #expect(isKept) }
        }
    }

    @Test("a part outside its secret traps")
    func bounds() async {
        await #expect(processExitsWith: .failure) {
            _ = SecretBytes(copying: [1, 2, 3]).part(1..<4).byteCount
        }
    }
}
