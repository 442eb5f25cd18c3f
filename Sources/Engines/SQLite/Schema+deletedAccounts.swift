extension Schema {
    static let deletedAccounts = """
        -- Accounts that were deleted, so that no id and no handle is given to somebody else.
        CREATE TABLE tombstone (
            account_hash  BLOB PRIMARY KEY,         -- hash: of the account id, SHA-256
            handle_hash   BLOB NOT NULL UNIQUE      -- hash: of the handle, SHA-256
        ) WITHOUT ROWID;
        -- Those of which rows are left that are to go.
        CREATE TABLE doomed_account (
            account  BLOB PRIMARY KEY,              -- id
            device   INTEGER NOT NULL               -- id: within the account
        ) WITHOUT ROWID;
        -- Conversations that were removed, until the rows of their logs are.
        CREATE TABLE removed_log (
            conversation  INTEGER PRIMARY KEY       -- id: conversation.number
        );
        CREATE INDEX IF NOT EXISTS media_account ON media (account);
        CREATE INDEX IF NOT EXISTS report_reporter ON report (reporter);
        """
}
