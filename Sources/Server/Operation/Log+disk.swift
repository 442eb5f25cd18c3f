import Store

extension Log {
    /// Says that something is refused for want of room on the disk, that it is something else, or that it is over.
    func note(_ disk: DiskState) {
        let figures: [(String, Field)] = [
            ("free", .number(disk.freeByteCount)), ("floor", .number(disk.floorByteCount)),
        ]
        guard let refused = disk.refused else { return info("disk.room", figures) }
        warning("disk.low", [("refused", .text("\(refused)"))] + figures)
    }
}
