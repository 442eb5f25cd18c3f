import Crypto
import Keys
import Store
public import Wire

extension Turn {
    /// Draws what a server has for ever, in a store that was founded just now; does nothing in any other. Called
    /// before anyone is served: from then on a key that is missing is one that was lost, and none is drawn in its
    /// place.
    public mutating func completeFounding() throws(Problem) {
        grows(.nothing)
        guard try tables.row(SettingRow.byName, SettingRow.foundingName) != nil else { return }
        try tables.put(
            SettingRow(name: ServerKeySetting.name, value: ServerSigningKey().exportSeed().exportUnprotected()))
        let franking = SecretBytes.random(byteCount: FrankingSecrets.byteCount)
        try tables.put(SettingRow(name: FrankingSetting.name, value: franking.exportUnprotected()))
        try tables.remove(SettingRow.byName, SettingRow.foundingName)
    }
}
