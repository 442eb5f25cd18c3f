import Glibc

extension LocalStoreError {
    /// What the last call into the system failed with.
    init(system operation: String) {
        self = errno == ENOSPC || errno == EDQUOT ? .diskFull : .system(operation: operation, code: errno)
    }

    /// There is a file of that name.
    static func alreadyThere(_ operation: String) -> LocalStoreError { .system(operation: operation, code: EEXIST) }

    /// The file is not what was asked for.
    static func notWhatItWas(_ operation: String) -> LocalStoreError { .system(operation: operation, code: EINVAL) }

    /// There is nothing of that name any more.
    static func gone(_ operation: String) -> LocalStoreError { .system(operation: operation, code: ENOENT) }

    /// Whether it says that there is nothing of that name, or a link that is not followed.
    var saysNothingThere: Bool {
        if case .system(_, ENOENT) = self { return true }
        if case .system(_, ELOOP) = self { return true }
        return false
    }

    /// Whether it says that there is something of that name already.
    var saysAlreadyThere: Bool {
        if case .system(_, EEXIST) = self { return true }
        return false
    }

    /// What the system calls an error, in words.
    static func words(ofCode code: Int32) -> String { String(cString: strerror(code)) }
}
