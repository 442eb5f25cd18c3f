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
}
