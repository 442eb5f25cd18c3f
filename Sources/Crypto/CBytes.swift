/// What an empty buffer points to in a call into C: some functions insist on an address even for no bytes.
///
/// Unsafe to share only in name: calls with a count of zero neither read nor write it.
private nonisolated(unsafe) let nothing = UnsafeMutablePointer<UInt8>.allocate(capacity: 1)

extension UnsafeRawBufferPointer {
    /// The same memory as C takes it, never null.
    var bytes: UnsafePointer<UInt8> { baseAddress?.assumingMemoryBound(to: UInt8.self) ?? UnsafePointer(nothing) }
}

extension UnsafeMutableRawBufferPointer {
    /// The same memory as C takes it, never null.
    var bytes: UnsafeMutablePointer<UInt8> { baseAddress?.assumingMemoryBound(to: UInt8.self) ?? nothing }
}

extension UnsafeBufferPointer<UInt8> {
    /// The same memory as C takes it, never null.
    var bytes: UnsafePointer<UInt8> { baseAddress ?? UnsafePointer(nothing) }
}

extension UnsafeMutableBufferPointer<UInt8> {
    /// The same memory as C takes it, never null.
    var bytes: UnsafeMutablePointer<UInt8> { baseAddress ?? nothing }
}
