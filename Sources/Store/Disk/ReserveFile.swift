import Glibc

/// Space that is taken while there is some, and given up when there is none: what deletes, and so makes room, must
/// write a little first. Belongs to whoever holds its lock.
final class ReserveFile {
    static let name = "sotto.reserve"

    private let file: Int32
    private let byteCount: Int
    private(set) var isHeld = false
    /// `false` where the file system takes no space ahead, for whatever reason that more room would not change.
    private(set) var isPossible: Bool

    /// - Parameter folder: the store's.
    init(in folder: String, byteCount: Int) throws(StoreError) {
        self.byteCount = byteCount
        isPossible = byteCount > 0
        file = open(folder + "/" + Self.name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard file >= 0 else { throw StoreFolder.failed(Self.name) }
        take()
    }

    deinit { close(file) }

    /// Takes the space, where the disk has it.
    /// - Returns: whether it is held.
    @discardableResult
    func take() -> Bool {
        guard !isHeld, isPossible else { return isHeld }
        let code = posix_fallocate(file, 0, byteCount)
        isHeld = code == 0
        // What a signal interrupts is tried again at the next look.
        isPossible = [0, ENOSPC, EDQUOT, EINTR].contains(code)
        if !isHeld { ftruncate(file, 0) }
        return isHeld
    }

    /// Gives the space up; it is free once this returns.
    /// - Returns: whether there was any.
    func giveUp() -> Bool {
        guard isHeld else { return false }
        isHeld = false
        return ftruncate(file, 0) == 0 && fsync(file) == 0
    }
}
