extension Schema {
    static let thumbnailVariants = """
        -- One image may have several pictures of a size: in WebP, in JPEG, moving.
        CREATE TABLE thumbnail_by_variant (
            media    BLOB NOT NULL,                 -- id
            side     INTEGER NOT NULL,              -- counter: pixels
            variant  TEXT NOT NULL,                 -- counter: webp, jpeg or preview
            blob     BLOB NOT NULL UNIQUE,          -- id: of the file
            PRIMARY KEY (media, side, variant)
        ) WITHOUT ROWID;
        INSERT INTO thumbnail_by_variant (media, side, variant, blob)
            SELECT media, side, CASE media_type WHEN 'image/jpeg' THEN 'jpeg' ELSE 'webp' END, blob FROM thumbnail;
        DROP TABLE thumbnail;
        ALTER TABLE thumbnail_by_variant RENAME TO thumbnail;
        """

    static let images = """
        ALTER TABLE media ADD COLUMN
            use      TEXT;                          -- counter: avatar or emoji, of open media without a conversation
        -- What shows media that everybody sees. A row goes with its media.
        CREATE TABLE avatar (
            account  BLOB PRIMARY KEY,              -- id
            media    BLOB NOT NULL UNIQUE           -- id
        ) WITHOUT ROWID;
        CREATE TABLE conversation_image (
            conversation  BLOB PRIMARY KEY,         -- id
            media         BLOB UNIQUE,              -- id: of open conversations only
            sealed        BLOB                      -- sealed
        ) WITHOUT ROWID;
        CREATE TABLE emoji (
            name        TEXT PRIMARY KEY,           -- open text: what everybody on the server writes for it
            media       BLOB NOT NULL UNIQUE,       -- id
            creator     BLOB NOT NULL,              -- id: the account that added it
            created_at  INTEGER NOT NULL            -- time
        ) WITHOUT ROWID;
        CREATE INDEX emoji_creator ON emoji (creator);
        """
}
