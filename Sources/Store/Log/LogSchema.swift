/// The two tables of the log. Their rows are drawn by ``LogRecord``, which carries a digest of its own.
///
/// Entries have a table from which no row is ever deleted, so that none of them moves: what is written over is then
/// the only copy. In the log, deleting what was delivered merges pages, and a row that such a merge moves leaves its
/// bytes behind in a page that is free.
enum LogSchema {
    static let names = ["log", "entry_record"]

    static let creation = """
        CREATE TABLE log (
            row INTEGER PRIMARY KEY,
            record BLOB NOT NULL
        );
        CREATE TABLE entry_record (
            row INTEGER PRIMARY KEY,
            record BLOB NOT NULL
        );
        """
}
