import Glibc

/// What a file system holds, and what of it is to stay free.
package struct DiskSpace: Sendable, Equatable {
    /// Free for whoever is not root.
    package var freeByteCount: UInt64
    package var byteCount: UInt64

    package init(freeByteCount: UInt64, byteCount: UInt64) {
        self.freeByteCount = freeByteCount
        self.byteCount = byteCount
    }

    /// Of the file system that a folder is on; `nil` where it does not say.
    package init?(of folder: String) {
        var status = statvfs()
        guard statvfs(folder, &status) == 0 else { return nil }
        freeByteCount = UInt64(status.f_bavail) &* UInt64(status.f_frsize)
        byteCount = UInt64(status.f_blocks) &* UInt64(status.f_frsize)
    }

    /// What is to stay free: a twentieth of the disk, or `least` where that is more.
    package func floor(atLeast least: UInt64) -> UInt64 { max(least, byteCount / 20) }

    /// The last of what is refused so that the floor stays free: files below it, posts below half of it, messages
    /// below a quarter. What was refused is taken again only when there is an eighth more than that, so that it does
    /// not come and go with each message.
    package func refused(floor: UInt64, before: Growth?) -> Growth? {
        let now = Self.refused(free: freeByteCount, floor: floor)
        guard let before, (now ?? .files) < before || now == nil else { return now }
        let lasting = Self.refused(free: freeByteCount / 9 * 8, floor: floor)
        return lasting.map { min($0, before) }
    }

    private static func refused(free: UInt64, floor: UInt64) -> Growth? {
        if free >= floor { return nil }
        if free >= floor / 2 { return .files }
        return free >= floor / 4 ? .posts : .messages
    }
}
