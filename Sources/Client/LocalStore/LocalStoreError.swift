/// Why the local store did not do what it was asked.
public enum LocalStoreError: Error, Equatable, Sendable {
    /// Another process has this folder open.
    case inUse
    /// The passphrase, or the key file, is not the one this store was made with.
    case wrongKey
    /// The store was made with a passphrase, and none was given.
    case needsPassphrase
    /// The store was made without a passphrase, and one was given.
    case takesNoPassphrase
    /// There is a store, but its key file is gone: nothing can be read.
    case keyFileMissing
    /// The database is not one of ours, or is of a later version.
    case notAStore
    /// Bytes have changed since they were written, or are gone; of what.
    case damaged(String)
    /// What is stored under that key is not of its form: a later version of this software wrote it.
    case unreadable(key: String)
    /// Two names fall on one place, and another has it.
    case collision(key: String)
    /// A value that is larger than a value may be, or a name.
    case tooLarge(byteCount: Int)
    /// The disk is full. Nothing was changed.
    case diskFull
    /// The system refused; `errno`, or SQLite's code.
    case system(operation: String, code: Int32)
    /// A write ended in a state that cannot be known, now or earlier. Open the store again: it then holds the change
    /// or does not.
    case outcomeUnknown
    /// The system did not give the memory that is needed.
    case outOfMemory
}
