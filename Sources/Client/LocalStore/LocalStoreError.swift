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
    /// There is a journal, but its key file is gone: nothing can be read.
    case keyFileMissing
    /// The journal does not start like one of ours, or is of a later version.
    case notAStore
    /// Bytes that were written whole have changed since. Number of the first record concerned, from 0.
    case damaged(record: UInt64)
    /// What is stored under that key is not of its form: a later version of this software wrote it.
    case unreadable(key: String)
    /// A value that is larger than a record may be.
    case tooLarge(byteCount: Int)
    /// The disk is full. Nothing was changed.
    case diskFull
    /// The system refused; `errno`.
    case system(operation: String, code: Int32)
    /// A write ended in a state that cannot be known, now or earlier. Open the store again: it then holds the change
    /// or does not.
    case outcomeUnknown
    /// The system did not give the memory to derive the key.
    case outOfMemory
}
