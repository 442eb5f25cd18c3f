import CSodium

/// Bytes that only their owner may see: never copied by accident, zeroed when they die.
///
/// Up to 64 bytes live in ``SecretArena`` (locked, guarded, out of core dumps); more live on the heap. Both are zeroed
/// in `deinit` by a call that the optimiser may not drop. There is no description, no `Codable` and no `==`:
/// compare with ``ConstantTime``.
///
/// `@unchecked Sendable` because the bytes are written by the initialiser alone.
public struct SecretBytes: ~Copyable, @unchecked Sendable {
    /// How many bytes there are.
    public let byteCount: Int
    private let pointer: UnsafeMutableRawPointer

    /// Makes `byteCount` bytes, zeroed, and lets `body` write them. Zeroed again at once when `body` throws.
    public init<Failure: Error>(
        byteCount: Int, writing body: (UnsafeMutableRawBufferPointer) throws(Failure) -> Void
    ) throws(Failure) {
        precondition(byteCount >= 0, "a secret has no negative size")
        let pointer = Self.allocate(byteCount)
        do throws(Failure) {
            try body(UnsafeMutableRawBufferPointer(start: pointer, count: byteCount))
        } catch {
            Self.free(pointer, byteCount)
            throw error
        }
        self.byteCount = byteCount
        self.pointer = pointer
    }

    /// Copies `bytes` into protected memory. The array itself is the caller's to forget.
    public init(copying bytes: some Collection<UInt8>) {
        self.init(byteCount: bytes.count) { $0.copyBytes(from: bytes) }
    }

    /// Copies what `bytes` points to into protected memory.
    public init(copying bytes: UnsafeRawBufferPointer) {
        self.init(byteCount: bytes.count) { $0.copyMemory(from: bytes) }
    }

    /// `byteCount` bytes from the system's random source.
    public static func random(byteCount: Int) -> SecretBytes {
        Sodium.start()
        return SecretBytes(byteCount: byteCount) { buffer in
            randombytes_buf(buffer.bytes, byteCount)
        }
    }

    /// Lends the bytes to `body`. The pointer is dead when `body` returns.
    public borrowing func withUnsafeBytes<Result: ~Copyable, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try body(UnsafeRawBufferPointer(start: pointer, count: byteCount))
    }

    /// A second secret with the same bytes. Two owners mean two deaths: use it where a key is truly needed twice.
    public borrowing func duplicate() -> SecretBytes {
        SecretBytes(copying: UnsafeRawBufferPointer(start: pointer, count: byteCount))
    }

    /// A secret of the bytes in `range`.
    ///
    /// `range` is the caller's use: outside `0..<byteCount` it traps.
    public borrowing func part(_ range: Range<Int>) -> SecretBytes {
        precondition(range.lowerBound >= 0 && range.upperBound <= byteCount, "a part lies within its secret")
        return SecretBytes(copying: UnsafeRawBufferPointer(start: pointer + range.lowerBound, count: range.count))
    }

    /// Copies the bytes into ordinary memory, where nothing zeroes them.
    ///
    /// Only for what must leave as bytes (a sealed store that takes arrays, a QR code of a new device).
    public borrowing func exportUnprotected() -> [UInt8] {
        [UInt8](UnsafeRawBufferPointer(start: pointer, count: byteCount))
    }

    deinit {
        Self.free(pointer, byteCount)
    }

    private static func allocate(_ byteCount: Int) -> UnsafeMutableRawPointer {
        if let slot = SecretArena.shared.take(byteCount: byteCount) { return slot }
        let pointer = UnsafeMutableRawPointer.allocate(byteCount: max(byteCount, 1), alignment: 16)
        pointer.initializeMemory(as: UInt8.self, repeating: 0, count: byteCount)
        return pointer
    }

    private static func free(_ pointer: UnsafeMutableRawPointer, _ byteCount: Int) {
        sodium_memzero(pointer, byteCount)
        if !SecretArena.shared.giveBack(pointer) { pointer.deallocate() }
    }
}
