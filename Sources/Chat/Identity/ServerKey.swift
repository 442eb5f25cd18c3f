import Crypto
public import Keys
import Store
public import Wire

extension Look {
    /// The server's own key.
    /// - Throws: `internal-error` when it is missing, or what is stored is no key.
    public func serverSigningKey() throws(Problem) -> ServerSigningKey {
        guard let stored = try tables.row(SettingRow.byName, ServerKeySetting.name)?.value else {
            throw Problem(.internalError, "The server's signing key is missing; restore the store from a backup.")
        }
        do {
            return try ServerSigningKey(seed: SecretBytes(copying: stored))
        } catch {
            throw Problem(.internalError, "The server's stored signing key is damaged.")
        }
    }
}

/// Where the store keeps the seed: 32 bytes of Ed25519.
enum ServerKeySetting {
    static let name = "server-signing-key"
}
