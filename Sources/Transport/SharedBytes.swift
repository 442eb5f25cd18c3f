import CTransport

/// Immutable bytes, counted, that any number of sockets can send without a copy of their own. Zeroed when the last of
/// them has sent them.
///
/// State: written before `init` returns and never after, which is why this is `Sendable`.
public final class SharedBytes: @unchecked Sendable {
    let handle: OpaquePointer
    public let byteCount: Int

    /// `byteCount` bytes, all of which `initialize` must write.
    public init(byteCount: Int, initializing initialize: (UnsafeMutableRawBufferPointer) -> Void) {
        precondition(byteCount >= 0, "a negative size")
        guard let handle = ct_buffer_create(byteCount) else { preconditionFailure("out of memory") }
        self.handle = handle
        self.byteCount = byteCount
        initialize(UnsafeMutableRawBufferPointer(start: ct_buffer_bytes(handle), count: byteCount))
    }

    /// A copy of `bytes`.
    public convenience init(_ bytes: [UInt8]) {
        self.init(byteCount: bytes.count) { $0.copyBytes(from: bytes) }
    }

    /// A copy of `bytes`, which may go afterwards.
    public convenience init(copying bytes: UnsafeRawBufferPointer) {
        self.init(byteCount: bytes.count) { $0.copyMemory(from: bytes) }
    }

    /// The UTF-8 bytes of `text`.
    public convenience init(utf8 text: String) {
        self.init(Array(text.utf8))
    }

    deinit { ct_buffer_release(handle) }

    /// The handle with one count more, for the C side to give up.
    func retainedHandle() -> OpaquePointer {
        ct_buffer_retain(handle)
        return handle
    }
}
