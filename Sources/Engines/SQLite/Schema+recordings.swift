extension Schema {
    static let recordings = """
        -- What was found in an open video or sound, in CBOR.
        ALTER TABLE media ADD COLUMN
            recording  BLOB;                        -- open text: type, duration, size and loudness
        """
}
