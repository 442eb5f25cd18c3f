import SQLite
import Wire

/// Which shard a store is: drawn or chosen when it is founded, and the same for as long as it lives.
///
/// A store without it does not open: another one would give ids out again that are elsewhere.
enum ShardSetting {
    static let name = "shard"

    /// What the transaction that founds a store inserts: two bytes, big-endian.
    static func row(_ shard: Shard) -> SettingRow {
        SettingRow(name: name, value: [UInt8(shard.rawValue >> 8), UInt8(shard.rawValue & 0xFF)])
    }

    /// - Throws: `damaged` where there is none, or none that is one.
    static func read(_ connection: Connection) throws(SQLiteError) -> Shard {
        guard let value = try connection.row(SettingRow.byName, name)?.value, value.count == 2,
            let shard = Shard(UInt16(value[0]) << 8 | UInt16(value[1]))
        else { throw .damaged(table: SettingRow.table.name) }
        return shard
    }

    /// The store's own.
    /// - Parameter wanted: what the operator asked for; `nil` for whichever it is.
    /// - Throws: ``StoreError/noShard(file:)``; ``StoreError/otherShard(file:found:wanted:)``.
    static func check(_ connection: Connection, wanted: Shard?) throws(StoreError) -> Shard {
        let found: Shard
        do throws(SQLiteError) {
            found = try read(connection)
        } catch {
            if case .damaged = error { throw .noShard(file: databaseName) }
            throw StoreFolder.error(error)
        }
        guard wanted == nil || wanted == found else {
            throw .otherShard(file: databaseName, found: found, wanted: wanted ?? found)
        }
        return found
    }
}
