import Crypto

/// Keys of messages that have not come yet though later ones have: at most ``countMax``, the oldest dropped first.
struct SkippedKeys: ~Copyable, Sendable {
    /// The most keys kept.
    static let countMax = 2_000
    /// The most messages that one chain may run ahead.
    static let gapMax = 2_000

    static let keyByteCount = 32

    /// Which message a key is for.
    struct Name: Hashable, Sendable {
        let ratchetKey: X25519.PublicKey
        let number: UInt32
    }

    /// Oldest first; the key of `names[i]` stands at `32 * i` in ``keys``.
    private(set) var names: [Name]
    private var keys: SecretBytes

    init() {
        names = []
        keys = SecretBytes(copying: [])
    }

    /// The key of that message, without forgetting it.
    func key(of name: Name) -> SecretBytes? {
        guard let index = names.firstIndex(of: name) else { return nil }
        return keys.part(Self.range(index..<(index + 1)))
    }

    /// Forgets the key of a message that has come.
    mutating func remove(_ name: Name) {
        guard let index = names.firstIndex(of: name) else { return }
        let before = keys.part(Self.range(0..<index))
        let after = keys.part(Self.range((index + 1)..<names.count))
        names.remove(at: index)
        keys = .joining(before, after)
    }

    /// Adds the keys of one chain from message `first` on, 32 bytes each, and drops the oldest above ``countMax``.
    mutating func add(ratchetKey: X25519.PublicKey, first: UInt32, keys added: borrowing SecretBytes) {
        let count = added.byteCount / Self.keyByteCount
        guard count > 0 else { return }
        let dropped = max(0, names.count + count - Self.countMax)
        let kept = keys.part(Self.range(min(dropped, names.count)..<names.count))
        names.removeFirst(min(dropped, names.count))
        names += (0..<UInt32(count)).map { Name(ratchetKey: ratchetKey, number: first &+ $0) }
        keys = .joining(kept, added)
        guard names.count > Self.countMax else { return }
        let excess = names.count - Self.countMax
        keys = keys.part(Self.range(excess..<names.count))
        names.removeFirst(excess)
    }

    func duplicateKeys() -> SecretBytes { keys.duplicate() }

    func duplicate() -> SkippedKeys { SkippedKeys(checkedNames: names, keys: keys.duplicate()) }

    private init(checkedNames names: [Name], keys: consuming SecretBytes) {
        self.names = names
        self.keys = keys
    }

    private static func range(_ indices: Range<Int>) -> Range<Int> {
        (indices.lowerBound * keyByteCount)..<(indices.upperBound * keyByteCount)
    }
}

extension SecretBytes {
    /// One secret, then the other.
    static func joining(_ first: borrowing SecretBytes, _ second: borrowing SecretBytes) -> SecretBytes {
        SecretBytes(byteCount: first.byteCount + second.byteCount) { buffer in
            first.withUnsafeBytes { UnsafeMutableRawBufferPointer(rebasing: buffer[..<$0.count]).copyMemory(from: $0) }
            let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[first.byteCount...])
            second.withUnsafeBytes { rest.copyMemory(from: $0) }
        }
    }
}
