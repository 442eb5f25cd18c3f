import CSodium
import Threads

/// Locked memory for small secrets: one guarded region, cut into slots of 64 bytes.
///
/// `sodium_malloc` gives every secret its own guard pages, at the price of five system calls; a ratchet step makes and
/// frees about ten secrets, so that price would be most of its time. Here it is paid once for the whole region, which
/// keeps what matters: locked in memory where the limit allows it, left out of core dumps, guard pages at both ends,
/// and every slot zeroed before it is free again.
///
/// Owner: the lock. `@unchecked Sendable` because all stored state but the immutable region bounds is read and
/// written under it.
final class SecretArena: @unchecked Sendable {
    static let shared = SecretArena()

    /// Bytes in one slot: an Ed25519 key pair, a SHA-512 result, an ML-KEM seed, or anything smaller.
    static let slotByteCount = 64
    /// Slots in the region: 16,384 secrets in 1 MiB.
    static let slotCount = 16_384

    private let region: UnsafeMutableRawPointer?
    private let freeSlots: UnsafeMutablePointer<UInt32>
    private var freeSlotCount: Int
    private let lock = Lock()

    private init() {
        Sodium.start()
        freeSlots = .allocate(capacity: Self.slotCount)
        region = sodium_malloc(Self.slotByteCount * Self.slotCount)
        freeSlotCount = region == nil ? 0 : Self.slotCount
        region?.initializeMemory(as: UInt8.self, repeating: 0, count: Self.slotByteCount * Self.slotCount)
        for slot in 0..<Self.slotCount { freeSlots[slot] = UInt32(Self.slotCount - 1 - slot) }
    }

    /// A slot that is all zeros; `nil` when `byteCount` is above one slot or all slots are taken.
    func take(byteCount: Int) -> UnsafeMutableRawPointer? {
        guard byteCount <= Self.slotByteCount, let region else { return nil }
        lock.lock()
        defer { lock.unlock() }
        guard freeSlotCount > 0 else { return nil }
        freeSlotCount -= 1
        return region + Int(freeSlots[freeSlotCount]) * Self.slotByteCount
    }

    /// Takes a zeroed slot back. `false` when `pointer` is not from this region.
    func giveBack(_ pointer: UnsafeMutableRawPointer) -> Bool {
        guard let region, pointer >= region, pointer < region + Self.slotByteCount * Self.slotCount else {
            return false
        }
        assert(
            UnsafeRawBufferPointer(start: pointer, count: Self.slotByteCount).allSatisfy { $0 == 0 },
            "a slot comes back zeroed")
        let slot = UInt32((pointer - region) / Self.slotByteCount)
        lock.lock()
        defer { lock.unlock() }
        freeSlots[freeSlotCount] = slot
        freeSlotCount += 1
        return true
    }
}
