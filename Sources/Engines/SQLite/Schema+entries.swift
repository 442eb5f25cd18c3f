extension Schema {
    /// Entries get a table from which no row is ever deleted, so that none of them moves: what is written over is
    /// then the only copy. In the log, deleting what was delivered merges pages, and a row that such a merge moves
    /// leaves its bytes behind in a page that is free.
    static let entryRecords = """
        PRAGMA secure_delete = ON;
        -- One row for each entry of a conversation, numbered together with the rows of the log.
        CREATE TABLE entry_record (
            row     INTEGER PRIMARY KEY,            -- id: the message id
            record  BLOB NOT NULL                   -- sealed: as LogRecord draws it; open text in open conversations
        );
        INSERT INTO entry_record (row, record)
            SELECT row, record FROM log WHERE substr(record, 9, 1) = x'02' ORDER BY row;
        DELETE FROM log WHERE substr(record, 9, 1) = x'02';
        -- Messages that delete themselves.
        CREATE TABLE expiring_message (
            expires_at    INTEGER NOT NULL,         -- time
            row           INTEGER NOT NULL,         -- id: entry_record.row
            conversation  BLOB NOT NULL,            -- id
            seq           INTEGER NOT NULL,         -- counter
            PRIMARY KEY (expires_at, row)
        ) WITHOUT ROWID;
        ALTER TABLE media ADD COLUMN message INTEGER; -- counter: the seq of the message that shows them
        CREATE INDEX media_shown ON media (conversation) WHERE message IS NOT NULL;
        PRAGMA secure_delete = FAST;
        """
}
