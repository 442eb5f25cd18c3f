/// Bytes from outside have not the size that their type asks for.
public struct LengthError: Error, Equatable, Sendable {
    /// Bytes the type asks for.
    public let expectedByteCount: Int
    /// Bytes there were.
    public let byteCount: Int

    public init(expectedByteCount: Int, byteCount: Int) {
        self.expectedByteCount = expectedByteCount
        self.byteCount = byteCount
    }

    /// Throws unless the numbers are the same.
    package static func check(_ byteCount: Int, is expected: Int) throws(LengthError) {
        guard byteCount == expected else { throw LengthError(expectedByteCount: expected, byteCount: byteCount) }
    }
}
