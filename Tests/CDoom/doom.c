#include "doom.h"

#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    sqlite3_vfs vfs;
    sqlite3_vfs *base;
    doom_judge judge;
    void *context;
} doom_system;

typedef struct {
    sqlite3_file file;
    doom_system *system;
    sqlite3_file *base;
} doom_file;

static doom_file *of(sqlite3_file *file) { return (doom_file *)file; }
static doom_system *system_of(sqlite3_vfs *vfs) { return (doom_system *)vfs->pAppData; }

// Whether to do it, and in `*code` what to say afterwards.
static int is_done(doom_system *system, int change, int failure, int *code) {
    switch (system->judge(system->context, change)) {
    case DOOM_DONE: *code = SQLITE_OK; return 1;
    case DOOM_DONE_AND_FAILS: *code = failure; return 1;
    case DOOM_FULL: *code = SQLITE_FULL; return 0;
    default: *code = failure; return 0;
    }
}

static int doom_close(sqlite3_file *file) { return of(file)->base->pMethods->xClose(of(file)->base); }

static int doom_read(sqlite3_file *file, void *bytes, int count, sqlite3_int64 offset) {
    return of(file)->base->pMethods->xRead(of(file)->base, bytes, count, offset);
}

static int doom_write(sqlite3_file *file, const void *bytes, int count, sqlite3_int64 offset) {
    int code;
    if (!is_done(of(file)->system, DOOM_WRITE, SQLITE_IOERR_WRITE, &code)) return code;
    int result = of(file)->base->pMethods->xWrite(of(file)->base, bytes, count, offset);
    return result != SQLITE_OK ? result : code;
}

static int doom_truncate(sqlite3_file *file, sqlite3_int64 count) {
    int code;
    if (!is_done(of(file)->system, DOOM_TRUNCATE, SQLITE_IOERR_TRUNCATE, &code)) return code;
    int result = of(file)->base->pMethods->xTruncate(of(file)->base, count);
    return result != SQLITE_OK ? result : code;
}

static int doom_sync(sqlite3_file *file, int flags) {
    int code;
    if (!is_done(of(file)->system, DOOM_SYNC, SQLITE_IOERR_FSYNC, &code)) return code;
    int result = of(file)->base->pMethods->xSync(of(file)->base, flags);
    return result != SQLITE_OK ? result : code;
}

static int doom_size(sqlite3_file *file, sqlite3_int64 *size) {
    return of(file)->base->pMethods->xFileSize(of(file)->base, size);
}

static int doom_lock(sqlite3_file *file, int lock) { return of(file)->base->pMethods->xLock(of(file)->base, lock); }

static int doom_unlock(sqlite3_file *file, int lock) { return of(file)->base->pMethods->xUnlock(of(file)->base, lock); }

static int doom_reserved(sqlite3_file *file, int *result) {
    return of(file)->base->pMethods->xCheckReservedLock(of(file)->base, result);
}

static int doom_control(sqlite3_file *file, int operation, void *argument) {
    return of(file)->base->pMethods->xFileControl(of(file)->base, operation, argument);
}

static int doom_sector(sqlite3_file *file) { return of(file)->base->pMethods->xSectorSize(of(file)->base); }

static int doom_traits(sqlite3_file *file) {
    return of(file)->base->pMethods->xDeviceCharacteristics(of(file)->base);
}

// Of the first version: without shared memory, which a store that is alone with its file does without.
static const sqlite3_io_methods methods = {
    .iVersion = 1, .xClose = doom_close, .xRead = doom_read, .xWrite = doom_write, .xTruncate = doom_truncate,
    .xSync = doom_sync, .xFileSize = doom_size, .xLock = doom_lock, .xUnlock = doom_unlock,
    .xCheckReservedLock = doom_reserved, .xFileControl = doom_control, .xSectorSize = doom_sector,
    .xDeviceCharacteristics = doom_traits,
};

static int doom_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *out) {
    doom_system *system = system_of(vfs);
    of(file)->system = system;
    of(file)->base = (sqlite3_file *)(of(file) + 1);
    of(file)->base->pMethods = 0;
    int code = system->base->xOpen(system->base, name, of(file)->base, flags, out);
    of(file)->file.pMethods = of(file)->base->pMethods ? &methods : 0;
    return code;
}

static int doom_delete(sqlite3_vfs *vfs, const char *name, int syncs) {
    int code;
    doom_system *system = system_of(vfs);
    if (!is_done(system, DOOM_DELETE, SQLITE_IOERR_DELETE, &code)) return code;
    int result = system->base->xDelete(system->base, name, syncs);
    return result != SQLITE_OK ? result : code;
}

static int doom_access(sqlite3_vfs *vfs, const char *name, int flags, int *result) {
    return system_of(vfs)->base->xAccess(system_of(vfs)->base, name, flags, result);
}

static int doom_path(sqlite3_vfs *vfs, const char *name, int count, char *path) {
    return system_of(vfs)->base->xFullPathname(system_of(vfs)->base, name, count, path);
}

int doom_register(const char *name, doom_judge judge, void *context) {
    sqlite3_vfs *base = sqlite3_vfs_find(0);
    doom_system *system = calloc(1, sizeof *system);
    if (!base || !system) return SQLITE_NOMEM;
    system->base = base;
    system->judge = judge;
    system->context = context;
    // What is not changed here takes nothing from the structure that it is called with.
    system->vfs = *base;
    system->vfs.pNext = 0;
    system->vfs.pAppData = system;
    system->vfs.zName = strdup(name);
    system->vfs.szOsFile = (int)sizeof(doom_file) + base->szOsFile;
    system->vfs.xOpen = doom_open;
    system->vfs.xDelete = doom_delete;
    system->vfs.xAccess = doom_access;
    system->vfs.xFullPathname = doom_path;
    return sqlite3_vfs_register(&system->vfs, 0);
}
