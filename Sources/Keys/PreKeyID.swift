/// Names one prekey of one device and one kind, from 1 up. Never reused by the device that gave it.
public struct PreKeyID: Hashable, Sendable, CustomStringConvertible {
    public let rawValue: UInt32

    /// `nil` for zero.
    public init?(_ rawValue: UInt32) {
        guard rawValue >= 1 else { return nil }
        self.rawValue = rawValue
    }

    /// - Throws: ``KeyFormatError/outOfBounds`` for zero.
    package init(checking rawValue: UInt32) throws(KeyFormatError) {
        guard let id = PreKeyID(rawValue) else { throw .outOfBounds }
        self = id
    }

    public var description: String { String(rawValue) }
}
