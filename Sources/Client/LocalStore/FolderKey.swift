import Crypto

/// What the folder of an account is opened with.
public struct FolderKey: ~Copyable, Sendable {
    enum Source: ~Copyable, Sendable {
        case keyFile
        case passphrase(SecretBytes)
    }

    let source: Source

    private init(_ source: consuming Source) { self.source = source }

    /// The key lies beside the data: protects nothing from whoever can read the folder, and everything from whoever
    /// gets the database alone.
    public static var keyFile: FolderKey { FolderKey(.keyFile) }

    /// A passphrase as its bytes; the array itself is the caller's to forget.
    public static func passphrase(copying bytes: [UInt8]) -> FolderKey {
        FolderKey(.passphrase(SecretBytes(copying: bytes)))
    }
}
