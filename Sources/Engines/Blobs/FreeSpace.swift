import Glibc

/// Whether a disk may take more, so that the database beside the files always can.
struct FreeSpace: Sendable {
    let path: String
    /// What is to stay free; a fiftieth of the disk where that is more.
    let byteCountMin: UInt64

    /// Also where the disk does not say: then writing finds out.
    var hasRoom: Bool {
        var status = statvfs()
        guard statvfs(path, &status) == 0 else { return true }
        return Self.isRoom(
            free: UInt64(status.f_bavail) &* UInt64(status.f_frsize),
            all: UInt64(status.f_blocks) &* UInt64(status.f_frsize), byteCountMin: byteCountMin)
    }

    static func isRoom(free: UInt64, all: UInt64, byteCountMin: UInt64) -> Bool {
        free >= max(byteCountMin, all / 50)
    }
}
