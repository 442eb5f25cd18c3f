import Wire

extension MemoryTables {
    func keyLogSize() -> UInt64 { UInt64(state.keyLog.count) }

    func keyLogRows(from index: UInt64, limit: Int) -> [KeyLogRow] {
        guard index < UInt64(state.keyLog.count) else { return [] }
        return Array(state.keyLog[Int(index)...].prefix(max(0, limit)))
    }

    func keyLogRows(of account: [UInt8], after epoch: UInt64, limit: Int) -> [KeyLogRow] {
        let rows = (state.keyLogPlaces[account] ?? []).map { state.keyLog[$0] }.filter { $0.epoch > epoch }
        return Array(rows.sorted { $0.epoch < $1.epoch }.prefix(max(0, limit)))
    }

    func keyLogNode(at position: UInt64) -> [UInt8]? {
        position < UInt64(state.keyLogNodes.count) ? state.keyLogNodes[Int(position)] : nil
    }

    func appendToKeyLog(_ row: KeyLogRow, nodes: [[UInt8]]) {
        writeCount += 1
        precondition(row.index == keyLogSize(), "an entry goes to the end of the log")
        let places = state.keyLogPlaces[row.account] ?? []
        precondition(!places.contains { state.keyLog[$0].epoch == row.epoch }, "an epoch stands twice in the log")
        state.keyLogPlaces[row.account] = places + [state.keyLog.count]
        state.keyLog.append(row)
        state.keyLogNodes += nodes
    }

    func accounts(after account: AccountID?, limit: Int) -> [AccountRow] {
        let all = state.accounts.values.filter { (row) in account.map { $0.precedes(row.account) } ?? true }
        return Array(all.sorted { $0.account.precedes($1.account) }.prefix(max(0, limit)))
    }
}
