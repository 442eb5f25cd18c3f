/// Bounds of everything that is parsed. They hold before anything is allocated.
public enum WireLimits {
    /// Nesting of lists and maps.
    public static let depthMax = 16
    /// Values in one request, so that a small body of tiny values cannot become a large tree.
    public static let requestNodeCountMax = 16_384
    /// Values in one response: a full page of log entries that each name as many members as there may be.
    public static let responseNodeCountMax = 262_144
    /// Entries in one map: more than any record of ours has fields.
    public static let mapEntryCountMax = 128
    /// Bytes of one map key.
    public static let keyByteCountMax = 64

    /// Keys are short visible ASCII. So no two keys that differ in bytes are equal as text, comparing them is cheap,
    /// and an error may name one.
    static func isKey(_ bytes: some Collection<UInt8>) -> Bool {
        (1...keyByteCountMax).contains(bytes.count) && bytes.allSatisfy { (0x21...0x7E).contains($0) }
    }
}
