// A ceiling, not a product: see README.md. Storage in SQLite: one insert a message, one transaction a group.
//
// Rows are appended in the order in which they came, which dirties the fewest pages, and go when all before them were
// acknowledged; what waits is found by an index in memory.
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

#include "relay.h"

// A checkpoint every 32 MB of the write-ahead log, which is filled once before the first message, so that no append
// of the measurement makes the file longer.
static const char *const setting_up =
    "PRAGMA page_size = 8192; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA locking_mode = EXCLUSIVE;"
    "PRAGMA wal_autocheckpoint = 4096; PRAGMA cache_size = -65536;"
    "CREATE TABLE message (place INTEGER PRIMARY KEY, account BLOB NOT NULL, number INTEGER NOT NULL,"
    " envelope BLOB NOT NULL);"
    "CREATE TABLE filler (bytes BLOB); INSERT INTO filler VALUES (zeroblob(36000000)); DROP TABLE filler;"
    "PRAGMA wal_checkpoint(RESTART);";

enum { trimmed_every = 4096 };

static sqlite3 *database;
static sqlite3_stmt *begin, *insert, *trim, *commit, *select_one;
// Of the last row, and of the last that a trim looked at.
static uint64_t last_place, trimmed_place;

static void check(int code, int wanted) {
    if (code == wanted) return;
    fprintf(stderr, "relay: SQLite: %s\n", sqlite3_errmsg(database));
    fail("the database does not work");
}

static sqlite3_stmt *prepared(const char *text) {
    sqlite3_stmt *statement;
    check(sqlite3_prepare_v3(database, text, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL), SQLITE_OK);
    return statement;
}

static void run(sqlite3_stmt *statement) {
    check(sqlite3_step(statement), SQLITE_DONE);
    sqlite3_reset(statement);
}

static void sqlite_open(const char *folder) {
    char path[4096];
    snprintf(path, sizeof path, "%s/relay.db", folder);
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
    check(sqlite3_open_v2(path, &database, flags, NULL), SQLITE_OK);
    check(sqlite3_exec(database, setting_up, NULL, NULL, NULL), SQLITE_OK);
    begin = prepared("BEGIN IMMEDIATE");
    insert = prepared("INSERT INTO message VALUES (?1, ?2, ?3, ?4)");
    trim = prepared("DELETE FROM message WHERE place < ?1");
    commit = prepared("COMMIT");
    select_one = prepared("SELECT envelope FROM message WHERE place = ?1");
}

static void sqlite_commit(
    const struct record *records, size_t record_count, const struct acknowledgement *removed, size_t removed_count,
    size_t byte_count) {
    (void)byte_count;
    run(begin);
    for (size_t index = 0; index < removed_count; index++)
        account_forget(removed[index].account, removed[index].through);
    if (last_place - trimmed_place >= trimmed_every) {
        uint64_t oldest = accounts_oldest_place();
        sqlite3_bind_int64(trim, 1, oldest <= last_place ? (sqlite3_int64)oldest : (sqlite3_int64)last_place + 1);
        run(trim);
        trimmed_place = last_place;
    }
    for (size_t index = 0; index < record_count; index++) {
        const struct record *record = &records[index];
        sqlite3_bind_int64(insert, 1, (sqlite3_int64)++last_place);
        sqlite3_bind_blob(insert, 2, record->to->id, 16, SQLITE_STATIC);
        sqlite3_bind_int64(insert, 3, (sqlite3_int64)record->number);
        sqlite3_bind_blob(insert, 4, record->bytes, (int)record->byte_count, SQLITE_STATIC);
        run(insert);
        account_wait(record->to, (struct waiting){record->number, last_place, record->byte_count});
    }
    run(commit);
}

static void sqlite_each_waiting(struct account *account, void (*take)(void *, struct bytes), void *context) {
    for (uint32_t index = 0; index < account->ring_count; index++) {
        struct waiting *entry = &account->ring[(account->ring_first + index) & (account->ring_size - 1)];
        sqlite3_bind_int64(select_one, 1, (sqlite3_int64)entry->place);
        check(sqlite3_step(select_one), SQLITE_ROW);
        const uint8_t *bytes = sqlite3_column_blob(select_one, 0);
        take(context, (struct bytes){bytes, (size_t)sqlite3_column_bytes(select_one, 0)});
        sqlite3_reset(select_one);
    }
}

static void sqlite_close(void) {
    sqlite3_stmt *const all[] = {begin, insert, trim, commit, select_one};
    for (size_t index = 0; index < sizeof all / sizeof *all; index++) sqlite3_finalize(all[index]);
    sqlite3_close(database);
}

const struct storage sqlite_storage = {sqlite_open, sqlite_commit, sqlite_each_waiting, sqlite_close};
