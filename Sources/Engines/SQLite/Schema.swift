import Wire

/// The tables, as numbered steps that are only ever added to.
///
/// Every column says its class, and a test reads these comments: *id* (random or numbered name), *time*, *counter*
/// (numbers and flags the server itself counts or sets), *hash*, *public key* (with its signatures), *sealed*
/// (ciphertext to the server), *open text* (readable, by choice of those who wrote it). There is no column for the
/// plaintext of a sealed conversation.
enum Schema {
    static let steps: [String] = [
        first, keyLog, backups, media, deliveryTokens, reports, mediaCharges, mediaLinkKey,
        thumbnailVariants, deletedAccounts, images, recordings, entryRecords,
    ]

    private static let reports = """
        -- Messages that their recipients reported.
        CREATE TABLE report (
            number         INTEGER PRIMARY KEY AUTOINCREMENT, -- counter
            report         BLOB NOT NULL UNIQUE,    -- hash: of the message's franking tag
            reporter       BLOB NOT NULL,           -- id
            sender         BLOB NOT NULL,           -- id: its account
            sender_device  INTEGER NOT NULL,        -- id: within the account
            is_attributed  INTEGER NOT NULL,        -- counter: a flag
            message        INTEGER NOT NULL,        -- id: log.row, which may be gone
            time           INTEGER NOT NULL,        -- time: of the message
            reported_at    INTEGER NOT NULL,        -- time
            content        BLOB NOT NULL            -- open text: by the reporter's choice
        );
        """

    private static let deliveryTokens = """
        ALTER TABLE account ADD COLUMN
            delivery_token  BLOB;                   -- hash: of the delivery token, SHA-256
        """

    private static let first = """
        -- One row for each send and each change of a conversation, in the order of acceptance.
        CREATE TABLE log (
            row     INTEGER PRIMARY KEY,            -- id: the message id
            record  BLOB NOT NULL                   -- sealed: as LogRecord draws it; open text in open conversations
        );
        -- Where the flushed entries of a conversation stand in the log.
        CREATE TABLE entry (
            conversation  INTEGER NOT NULL,         -- id: conversation.number
            seq           INTEGER NOT NULL,         -- counter
            row           INTEGER NOT NULL,         -- id: log.row
            PRIMARY KEY (conversation, seq)
        ) WITHOUT ROWID;
        -- The flushed envelopes that wait for a device.
        CREATE TABLE queue (
            device  INTEGER NOT NULL,               -- id: device.number
            number  INTEGER NOT NULL,               -- counter: the place in the device's queue
            row     INTEGER NOT NULL,               -- id: log.row
            copies  INTEGER NOT NULL,               -- counter: devices the row is for
            PRIMARY KEY (device, number)
        ) WITHOUT ROWID;
        -- How far each device's queue has come, as of the last flush.
        CREATE TABLE cursor (
            device     INTEGER PRIMARY KEY,         -- id: device.number
            head       INTEGER NOT NULL,            -- counter: the last number given
            delivered  INTEGER NOT NULL             -- counter: the last number acknowledged
        );
        -- The last seq given in each conversation, as of the last flush.
        CREATE TABLE head (
            conversation  INTEGER PRIMARY KEY,      -- id: conversation.number
            seq           INTEGER NOT NULL          -- counter
        );
        -- Sends of the last day and what they were given, so that a retry finds the same. Kept in runs that are
        -- forgotten as a whole. A large flush adds a list of packed blocks to a run, a small one adds single rows.
        CREATE TABLE accepted_run (
            run     INTEGER PRIMARY KEY,            -- id
            oldest  INTEGER NOT NULL,               -- time: of the first send in it
            newest  INTEGER NOT NULL,               -- time: of the last send in it
            count   INTEGER NOT NULL,               -- counter: sends
            lists   INTEGER NOT NULL                -- counter
        );
        CREATE TABLE accepted_block (
            block   INTEGER PRIMARY KEY,            -- id
            run     INTEGER NOT NULL,               -- id: accepted_run.run
            list    INTEGER NOT NULL,               -- counter: within the run
            first   BLOB NOT NULL,                  -- id: client id and sender of the first send in it
            record  BLOB NOT NULL                   -- id: ids, times and counters, drawn by AcceptedBlock
        );
        CREATE UNIQUE INDEX accepted_list ON accepted_block (run, list, first);
        CREATE TABLE accepted (
            run           INTEGER NOT NULL,         -- id: accepted_run.run
            client        BLOB NOT NULL,            -- id: chosen by the sender
            sender        INTEGER NOT NULL,         -- id: device.number
            row           INTEGER NOT NULL,         -- id: log.row, which may be gone
            time          INTEGER NOT NULL,         -- time
            conversation  INTEGER NOT NULL,         -- id: conversation.number, or zero
            seq           INTEGER NOT NULL,         -- counter
            PRIMARY KEY (run, client, sender)
        ) WITHOUT ROWID;
        -- Queues of devices that were removed, until their rows are.
        CREATE TABLE removed_queue (
            device  INTEGER PRIMARY KEY             -- id: device.number
        );
        -- One row: how far the flush has come.
        CREATE TABLE progress (
            id         INTEGER PRIMARY KEY CHECK (id = 0), -- counter: always zero
            watermark  INTEGER NOT NULL,            -- id: log rows up to here are in the tables
            last_row   INTEGER NOT NULL,            -- id: the last message id given
            expired    INTEGER NOT NULL,            -- id: log rows up to here were looked at for their age
            rows       INTEGER NOT NULL             -- counter: log rows up to the watermark
        );
        INSERT INTO progress VALUES (0, 0, 0, 0, 0);

        CREATE TABLE account (
            account         BLOB PRIMARY KEY,       -- id
            handle          TEXT NOT NULL UNIQUE,   -- open text: the name others find the account by
            signing_key     BLOB NOT NULL,          -- public key
            agreement_key   BLOB NOT NULL,          -- public key
            created_at      INTEGER NOT NULL,       -- time
            list_epoch      INTEGER NOT NULL,       -- counter
            list_signature  BLOB NOT NULL,          -- public key: its signature over the device list
            next_device     INTEGER NOT NULL        -- id
        );
        CREATE TABLE device (
            number         INTEGER PRIMARY KEY AUTOINCREMENT, -- id: the store's own, never reused
            account        BLOB NOT NULL,           -- id
            device         INTEGER NOT NULL,        -- id: within the account
            registration   INTEGER NOT NULL,        -- id
            signing_key    BLOB NOT NULL,           -- public key
            agreement_key  BLOB NOT NULL,           -- public key
            linked_at      INTEGER NOT NULL,        -- time
            last_seen_day  INTEGER,                 -- time: midnight of the day, nothing finer
            UNIQUE (account, device)
        );
        CREATE TABLE token (
            hash        BLOB PRIMARY KEY,           -- hash: of the token, SHA-256
            kind        TEXT NOT NULL,              -- counter: access or refresh
            account     BLOB NOT NULL,              -- id
            device      INTEGER NOT NULL,           -- id
            expires_at  INTEGER NOT NULL,           -- time
            family      BLOB NOT NULL,              -- id
            is_spent    INTEGER NOT NULL            -- counter: a flag
        ) WITHOUT ROWID;
        CREATE INDEX token_family ON token (family);
        CREATE INDEX token_device ON token (account, device);
        CREATE INDEX token_expiry ON token (expires_at);
        CREATE TABLE invite (
            hash        BLOB PRIMARY KEY,           -- hash: of the code, SHA-256
            uses_left   INTEGER NOT NULL,           -- counter
            expires_at  INTEGER NOT NULL            -- time
        ) WITHOUT ROWID;
        CREATE INDEX invite_expiry ON invite (expires_at);
        CREATE TABLE standing_prekeys (
            device           INTEGER PRIMARY KEY,   -- id: device.number
            signed           BLOB NOT NULL,         -- public key: SignedPreKey in CBOR
            last_resort      BLOB,                  -- public key: SignedPreKey in CBOR
            kem_last_resort  BLOB                   -- public key: KEMPreKey in CBOR
        );
        CREATE TABLE one_time_prekey (
            device  INTEGER NOT NULL,               -- id: device.number
            id      INTEGER NOT NULL,               -- id: chosen by the device
            key     BLOB NOT NULL,                  -- public key
            PRIMARY KEY (device, id)
        ) WITHOUT ROWID;
        CREATE TABLE kem_one_time_prekey (
            device  INTEGER NOT NULL,               -- id: device.number
            id      INTEGER NOT NULL,               -- id: chosen by the device
            record  BLOB NOT NULL,                  -- public key: KEMPreKey in CBOR
            UNIQUE (device, id)
        );
        CREATE TABLE conversation (
            number        INTEGER PRIMARY KEY AUTOINCREMENT, -- id: the store's own, never reused
            conversation  BLOB NOT NULL UNIQUE,     -- id
            kind          TEXT NOT NULL,            -- counter: dm, group or channel
            mode          TEXT NOT NULL,            -- counter: sealed or open
            title         TEXT,                     -- open text: of open conversations only
            sealed_name   BLOB,                     -- sealed
            created_at    INTEGER NOT NULL,         -- time
            member_count  INTEGER NOT NULL,         -- counter
            first         BLOB,                     -- id: of a dm's account
            second        BLOB,                     -- id: of a dm's other account
            UNIQUE (first, second)
        );
        CREATE TABLE member (
            conversation  BLOB NOT NULL,            -- id
            account       BLOB NOT NULL,            -- id
            role          TEXT NOT NULL,            -- counter: owner, admin or member
            joined_at     INTEGER NOT NULL,         -- time
            checkpoint    INTEGER NOT NULL,         -- counter: the last seq read
            PRIMARY KEY (conversation, account)
        ) WITHOUT ROWID;
        CREATE INDEX membership ON member (account, conversation);
        CREATE TABLE saved_reply (
            key         BLOB PRIMARY KEY,           -- hash: of account and idempotency key
            request     BLOB NOT NULL,              -- hash: of the request, SHA-256
            status      INTEGER NOT NULL,           -- counter
            body        BLOB NOT NULL,              -- open text: the reply, which holds ids and counters
            expires_at  INTEGER NOT NULL            -- time
        );
        CREATE INDEX saved_reply_expiry ON saved_reply (expires_at);
        CREATE TABLE setting (
            name   TEXT PRIMARY KEY,                -- open text: the server's own
            value  BLOB NOT NULL                    -- open text: the server's own
        ) WITHOUT ROWID;
        """

    private static let keyLog = """
        -- The key log: one row for each device list that was accepted, in the order of acceptance.
        CREATE TABLE key_log (
            number   INTEGER PRIMARY KEY,           -- counter: from 0 up, without gaps
            account  BLOB NOT NULL,                 -- hash: of the account id
            epoch    INTEGER NOT NULL,              -- counter: of the list
            entry    BLOB NOT NULL,                 -- hash: of account and list, with the epoch
            UNIQUE (account, epoch)
        );
        -- The hashes of its full subtrees, in the order in which they were completed.
        CREATE TABLE key_log_node (
            position  INTEGER PRIMARY KEY,          -- counter: from 0 up, without gaps
            hash      BLOB NOT NULL                 -- hash
        );
        """

    private static let backups = """
        CREATE TABLE backup (
            account     BLOB PRIMARY KEY,           -- id
            id          BLOB NOT NULL UNIQUE,       -- id: random to the server
            token_hash  BLOB NOT NULL,              -- hash: of the token that fetches it, SHA-256
            revision    INTEGER NOT NULL,           -- counter
            updated_at  INTEGER NOT NULL,           -- time
            digest      BLOB NOT NULL,              -- hash: of the blob, SHA-256
            blob        BLOB NOT NULL               -- sealed
        );
        """

    /// Takes the file up to the newest schema, one transaction a step.
    static func migrate(_ connection: Connection) throws(StoreError) {
        do {
            let found = try connection.first("PRAGMA user_version") { Int($0.integer(0)) } ?? 0
            guard found <= steps.count else {
                throw StoreError.newerSchema(file: databaseName, found: found, known: steps.count)
            }
            for number in steps.indices.dropFirst(found) {
                // A step may end in a comment.
                let step = "\(steps[number])\n; PRAGMA user_version = \(number + 1)"
                try connection.execute("BEGIN IMMEDIATE; \(step); COMMIT")
            }
        } catch let error as StoreError {
            throw error
        } catch {
            throw StoreFolder.error(connection)
        }
    }
}
