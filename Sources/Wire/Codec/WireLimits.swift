/// Bounds of everything that is parsed. They hold before anything is allocated.
public enum WireLimits {
    /// Nesting of lists and maps.
    public static let depthMax = 16
    /// Values in one parsed text, so that a small body of tiny values cannot become a large tree.
    public static let nodeCountMax = 16_384
    /// Entries in one map: more than any record of ours has fields.
    public static let mapEntryCountMax = 128
}
