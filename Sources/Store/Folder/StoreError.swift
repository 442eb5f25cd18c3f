/// Why a store could not be opened. Each text names the file or folder by its last component, and the way out.
public enum StoreError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The folder or a file in it cannot be made, read or written. `reason` is the system's.
    case unreachable(name: String, reason: String)
    /// Another process has the store open.
    case locked(folder: String)
    /// The store was written by a program that keeps it otherwise.
    case otherFormat(file: String, found: Int, known: Int)
    /// The file is not a store, or is damaged beyond opening.
    case damaged(file: String, reason: String)
    /// The disk is full.
    case full(folder: String)
    /// A value of the configuration is out of its bounds.
    case configuration(setting: String, allowed: String)

    public var description: String {
        switch self {
        case .unreachable(let name, let reason):
            "Cannot open \"\(name)\": \(reason). Check that it exists and belongs to the user this runs as."
        case .locked(let folder):
            "The store in \"\(folder)\" is in use by another process. Stop that one, or choose another folder."
        case .otherFormat(let file, let found, let known):
            "\"\(file)\" has format \(found), and this program knows \(known). Use the program that wrote it, "
                + "or choose another folder."
        case .damaged(let file, let reason):
            "\"\(file)\" is damaged or not a store (\(reason)). Restore it from a backup; nothing was changed."
        case .full(let folder):
            "The disk that holds \"\(folder)\" is full. Free some space and start again."
        case .configuration(let setting, let allowed):
            "\(setting) is out of bounds: it must be \(allowed)."
        }
    }
}
