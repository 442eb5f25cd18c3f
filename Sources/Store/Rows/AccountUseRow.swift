package import SQLite
public import Wire

/// What an account has added: of late, as levels that sink with time, and in all.
public struct AccountUse: Sendable, Equatable {
    /// Of the bytes and rows that may be added in a day, so many were used up at ``spentAt``.
    public var spentBytes: Double
    public var spentRows: Double
    public var spentAt: Timestamp
    /// Bytes of its entries in logs, as they are kept.
    public var logByteCount: UInt64
    /// ``MemberRow``s that it made, of itself and of others.
    public var membershipCount: UInt64

    public init(
        spentBytes: Double = 0, spentRows: Double = 0, spentAt: Timestamp = Timestamp(milliseconds: 0),
        logByteCount: UInt64 = 0, membershipCount: UInt64 = 0
    ) {
        self.spentBytes = spentBytes
        self.spentRows = spentRows
        self.spentAt = spentAt
        self.logByteCount = logByteCount
        self.membershipCount = membershipCount
    }
}

/// The ``AccountUse`` of an account as it was last written; ``Tables`` knows better.
package struct AccountUseRow: StoredRow {
    package var account: AccountID
    package var spentByteCount: UInt64
    package var spentRowCount: UInt64
    package var spentAt: Timestamp
    package var logByteCount: UInt64
    package var membershipCount: UInt64

    package init(
        account: AccountID, spentByteCount: UInt64, spentRowCount: UInt64, spentAt: Timestamp, logByteCount: UInt64,
        membershipCount: UInt64
    ) {
        self.account = account
        self.spentByteCount = spentByteCount
        self.spentRowCount = spentRowCount
        self.spentAt = spentAt
        self.logByteCount = logByteCount
        self.membershipCount = membershipCount
    }

    package init(_ use: AccountUse, of account: AccountID) {
        self.init(
            account: account, spentByteCount: UInt64(max(0, use.spentBytes.rounded(.up))),
            spentRowCount: UInt64(max(0, use.spentRows.rounded(.up))), spentAt: use.spentAt,
            logByteCount: use.logByteCount, membershipCount: use.membershipCount)
    }

    /// Without the account.
    package var use: AccountUse {
        AccountUse(
            spentBytes: Double(spentByteCount), spentRows: Double(spentRowCount), spentAt: spentAt,
            logByteCount: logByteCount, membershipCount: membershipCount)
    }

    package static let table = Table(
        "account_use", "What each account has added, of late and in all, as of some time ago.", key: 1,
        Column("account", \.account, .id),
        Column("spent_bytes", \.spentByteCount, .counter, "of what it may add in a day"),
        Column("spent_rows", \.spentRowCount, .counter, "the same of rows"),
        Column("spent_at", \.spentAt, .time, "when they were so many; they sink with time"),
        Column("log_bytes", \.logByteCount, .counter, "of its entries in logs"),
        Column("memberships", \.membershipCount, .counter, "that it made")
    ) {
        AccountUseRow(
            account: $0, spentByteCount: $1, spentRowCount: $2, spentAt: $3, logByteCount: $4, membershipCount: $5)
    }

    package static let ofAccount = Lookup(\AccountUseRow.account)
    package static let indexes: [any RowIndex] = [ofAccount]
    package static let erasure = Erasure.along(with: "the deletion itself")
    package static let owners = [Owner(\AccountUseRow.account, AccountRow.byID)]
}
