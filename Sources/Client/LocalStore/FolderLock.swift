import Glibc

/// Holds a folder for one process, by `flock` on its file `lock`. The system lets go when the process ends, however.
struct FolderLock: ~Copyable {
    private let descriptor: Int32

    /// - Throws: ``LocalStoreError/inUse`` while another holder lives.
    init(folder: String) throws(LocalStoreError) {
        let opened = open(folder + "/lock", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard opened >= 0 else { throw LocalStoreError(system: "open the lock") }
        guard flock(opened, LOCK_EX | LOCK_NB) == 0 else {
            let isHeld = errno == EWOULDBLOCK
            let failure = LocalStoreError(system: "lock the folder")
            close(opened)
            throw isHeld ? .inUse : failure
        }
        descriptor = opened
    }

    deinit {
        // A child that another thread forks at this moment has a copy of the descriptor until it runs its program.
        flock(descriptor, LOCK_UN)
        close(descriptor)
    }
}
