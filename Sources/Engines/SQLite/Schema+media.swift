extension Schema {
    static let media = """
        -- Media from the creation of their upload on. The bytes are files; see docs/decisions/0013-blob-store.md.
        CREATE TABLE media (
            media              BLOB PRIMARY KEY,    -- id
            blob               BLOB NOT NULL UNIQUE, -- id: of the file
            account            BLOB NOT NULL,       -- id: of who uploaded it
            device             INTEGER NOT NULL,    -- id: within the account
            class              TEXT NOT NULL,       -- counter: sealed or open
            state              TEXT NOT NULL,       -- counter: uploading, processing, ready or failed
            byte_count         INTEGER NOT NULL,    -- counter
            sha256             BLOB,                -- hash: of the stored bytes, which are a ciphertext in sealed ones
            lifetime           TEXT NOT NULL,       -- counter: default, long, pinned or expiring
            conversation       BLOB,                -- id: of open media only
            created_at         INTEGER NOT NULL,    -- time
            upload_hash        BLOB NOT NULL UNIQUE, -- hash: of the upload's capability, SHA-256
            upload_expires_at  INTEGER NOT NULL,    -- time
            delete_hash        BLOB NOT NULL,       -- hash: of the capability to delete, SHA-256
            expires_at         INTEGER,             -- time
            ends_at            INTEGER,             -- time: leases included
            picture            BLOB,                -- open text: what the server saw in open media, in CBOR
            failure            TEXT                 -- open text: a word of the server's own
        ) WITHOUT ROWID;
        CREATE INDEX media_end ON media (ends_at);
        CREATE INDEX media_uploading ON media (account) WHERE state = 'uploading';
        CREATE INDEX media_processing ON media (media) WHERE state = 'processing';
        -- Pictures that the server made of open media.
        CREATE TABLE thumbnail (
            media       BLOB NOT NULL,              -- id
            side        INTEGER NOT NULL,           -- counter: pixels
            blob        BLOB NOT NULL UNIQUE,       -- id: of the file
            media_type  TEXT NOT NULL,              -- open text: the server's own
            PRIMARY KEY (media, side)
        ) WITHOUT ROWID;
        -- Wishes that media stay. Whose they are stands nowhere.
        CREATE TABLE lease (
            media       BLOB NOT NULL,              -- id
            hash        BLOB NOT NULL,              -- hash: of the lease, SHA-256
            expires_at  INTEGER NOT NULL,           -- time
            PRIMARY KEY (media, hash)
        ) WITHOUT ROWID;
        -- Declared bytes for each account, and for all under an empty name.
        CREATE TABLE media_total (
            account     BLOB PRIMARY KEY,           -- id
            count       INTEGER NOT NULL,           -- counter
            byte_count  INTEGER NOT NULL            -- counter
        ) WITHOUT ROWID;
        -- Files that are to go: their rows went in an earlier transaction.
        CREATE TABLE doomed_blob (
            blob  BLOB PRIMARY KEY                  -- id: of the file
        ) WITHOUT ROWID;
        """

    /// The key of signed addresses lives in memory now.
    static let mediaLinkKey = "DELETE FROM setting WHERE name = 'media-link-key'"

    static let mediaCharges = """
        ALTER TABLE media ADD COLUMN held_byte_count INTEGER NOT NULL DEFAULT 0; -- counter
        -- An account is charged what it declared, the server what is there, and both 4 KiB for a file at least.
        DELETE FROM media_total;
        INSERT INTO media_total (account, count, byte_count)
            SELECT account, count(*), sum(max(byte_count, 4096)) FROM media GROUP BY account;
        INSERT INTO media_total (account, count, byte_count)
            SELECT x'', count(*), ifnull(sum(CASE state WHEN 'uploading' THEN 4096 ELSE max(byte_count, 4096) END), 0)
            FROM media;
        """
}
