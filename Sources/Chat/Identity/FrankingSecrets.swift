import Crypto
public import Keys
import Store
public import Wire

extension Turn {
    /// The server's franking keys: the stored ones, or new ones that are stored with this command.
    /// - Throws: `internal-error` when what is stored is not of their size.
    public mutating func frankingSecrets() throws(Problem) -> FrankingSecrets {
        let stored = try tables.row(SettingRow.byName, Self.frankingSetting)?.value
        let secret = stored.map { SecretBytes(copying: $0) } ?? .random(byteCount: FrankingSecrets.byteCount)
        let secrets: FrankingSecrets
        do {
            secrets = try FrankingSecrets(secret)
        } catch {
            throw Problem(.internalError, "The server's stored franking keys are damaged.")
        }
        if stored == nil { try tables.put(SettingRow(name: Self.frankingSetting, value: secret.exportUnprotected())) }
        return secrets
    }

    /// Where the store keeps them: 64 bytes.
    private static var frankingSetting: String { "server-franking-keys" }
}
