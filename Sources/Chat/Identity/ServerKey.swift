import Crypto
public import Keys
import Store
public import Wire

extension Turn {
    /// The server's own key: the stored one, or a new one that is stored with this command.
    /// - Throws: `internal-error` when what is stored is no key.
    public mutating func serverSigningKey() throws(Problem) -> ServerSigningKey {
        if let stored = try tables.row(SettingRow.byName, ServerKeySetting.name)?.value {
            do {
                return try ServerSigningKey(seed: SecretBytes(copying: stored))
            } catch {
                throw Problem(.internalError, "The server's stored signing key is damaged.")
            }
        }
        let key = ServerSigningKey()
        try tables.put(SettingRow(name: ServerKeySetting.name, value: key.exportSeed().exportUnprotected()))
        return key
    }
}

/// Where the store keeps the seed: 32 bytes of Ed25519.
enum ServerKeySetting {
    static let name = "server-signing-key"
}
