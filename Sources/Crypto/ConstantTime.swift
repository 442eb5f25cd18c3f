import CSodium

/// The one place where secrets, tags and tokens are compared.
public enum ConstantTime {
    /// Whether both hold the same bytes, in a time that depends on their size only.
    ///
    /// Sizes are public: different sizes are unequal at once.
    public static func equal(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        left.withUnsafeBytes { left in right.withUnsafeBytes { right in equal(left, right) } }
    }

    /// Whether both secrets hold the same bytes, in a time that depends on their size only.
    public static func equal(_ left: borrowing SecretBytes, _ right: borrowing SecretBytes) -> Bool {
        left.withUnsafeBytes { left in right.withUnsafeBytes { right in equal(left, right) } }
    }

    private static func equal(_ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer) -> Bool {
        guard left.count == right.count else { return false }
        guard let leftStart = left.baseAddress, let rightStart = right.baseAddress, left.count > 0 else { return true }
        return sodium_memcmp(leftStart, rightStart, left.count) == 0
    }
}
