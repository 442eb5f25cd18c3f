/// How the store changes files. A test fails one change of them, or lets the process die there.
struct StoreDisk {
    /// What SQLite reaches its files through, by name; `nil` for the usual way.
    var system: String?
    /// Makes one change that the store makes itself: a write, a sync, a rename.
    var change: (_ change: () throws(LocalStoreError) -> Void) throws(LocalStoreError) -> Void

    static var real: StoreDisk {
        StoreDisk(system: nil, change: { (change) throws(LocalStoreError) in try change() })
    }
}
