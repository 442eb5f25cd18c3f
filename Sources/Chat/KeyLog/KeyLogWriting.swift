package import Keys
import Store
public import Wire

extension Turn {
    /// Puts a list at the end of the key log; in the command that publishes the list, after its last check.
    /// - Throws: `account-taken` when the log has this list's epoch already: such an account was there before.
    func log(_ list: VerifiedDeviceList, as kind: KeyLogEntry.Kind = .changed) throws(Problem) {
        try log(KeyLogEntry(list, kind: kind))
    }

    /// Puts an entry at the end of the key log. A verb has a list to show for it; measurements do without.
    /// - Throws: as ``log(_:as:)``.
    package func log(_ entry: KeyLogEntry) throws(Problem) {
        guard try tables.keyLogRows(of: entry.account.bytes, after: entry.epoch - 1, limit: 1).isEmpty else {
            throw Problem(.accountTaken, "The key log has this account already; choose another id.")
        }
        let tree = try look.keyLogTree
        guard tree.size < MerkleTree.sizeMax else { throw Problem(.storageFull, "The key log is full.") }
        let nodes = try tree.appending(leafHash: entry.leafHash, look.node)
        try tables.appendToKeyLog(
            KeyLogRow(index: tree.size, account: entry.account.bytes, epoch: entry.epoch, entry: entry.bytes),
            nodes: nodes)
    }

    /// Puts the lists of accounts that were there before the log into it, some at a time, before anyone is served.
    ///
    /// Call again with what it returns, until that is `nil`. From then on it does nothing.
    public mutating func adoptIntoKeyLog(after account: AccountID?, limit: Int = 500) throws(Problem) -> AccountID? {
        grows(.nothing)
        guard try tables.row(SettingRow.byName, Self.begunSetting)?.value == nil else { return nil }
        let page = try tables.rows(AccountRow.inOrder, after: account, limit: limit)
        for row in page {
            let payload = try look.deviceList(of: row)
            let unverified = try? UnverifiedDeviceList(
                account: row.account, identity: row.identity, list: payload)
            // A list that nobody accepts has no business in the log.
            guard let list = try? unverified?.verifiedOnFirstUse(account: row.account) else { continue }
            let known = try tables.keyLogRows(of: KeyLogAccountName(row.account).bytes, after: 0, limit: 1)
            if known.isEmpty { try log(list, as: .adopted) }
        }
        guard page.count < limit else { return page.last?.account }
        try tables.put(SettingRow(name: Self.begunSetting, value: [1]))
        return nil
    }

    /// Set once every account of before is in the log.
    private static var begunSetting: String { "key-log-begun" }
}
