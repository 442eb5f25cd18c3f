import Crypto
public import Keys
import Store
public import Wire

extension Look {
    /// The server's franking keys.
    /// - Throws: `internal-error` when they are missing or not of their size.
    public func frankingSecrets() throws(Problem) -> FrankingSecrets {
        guard let stored = try tables.row(SettingRow.byName, FrankingSetting.name)?.value else {
            throw Problem(.internalError, "The server's franking keys are missing; restore the store from a backup.")
        }
        do {
            return try FrankingSecrets(SecretBytes(copying: stored))
        } catch {
            throw Problem(.internalError, "The server's stored franking keys are damaged.")
        }
    }
}

/// Where the store keeps them: 64 bytes.
enum FrankingSetting {
    static let name = "server-franking-keys"
}
