/// What bytes are for, and how many of them that takes.
public protocol ByteRole: Sendable {
    static var byteCount: Int { get }
}

/// Bytes of one role: a signature, a nonce, a public key. As many as the role takes, which is checked where they come
/// in; those of one role do not pass for another's.
public struct FixedBytes<Role: ByteRole>: Hashable, Sendable {
    /// As many as there are.
    public static var byteCount: Int { Role.byteCount }

    /// The bytes themselves.
    public let bytes: [UInt8]

    /// - Throws: ``LengthError`` for any other number.
    public init(_ bytes: [UInt8]) throws(LengthError) {
        try LengthError.check(bytes.count, is: Role.byteCount)
        self.bytes = bytes
    }

    /// For bytes that are so by their making; traps for any other number.
    package init(checked bytes: [UInt8]) {
        precondition(bytes.count == Role.byteCount, "a role takes as many bytes as it says")
        self.bytes = bytes
    }

    /// New ones from the system's random source.
    package static func random() -> Self { Self(checked: RandomBytes.make(byteCount: Role.byteCount)) }
}
