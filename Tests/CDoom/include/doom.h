#ifndef SOTTO_DOOM_H
#define SOTTO_DOOM_H

// A way to the disk for SQLite that asks before each change of a file, and does or fails as it is told. Tests alone
// link it.

// What is about to happen to a file.
enum { DOOM_WRITE, DOOM_SYNC, DOOM_TRUNCATE, DOOM_DELETE };

// What becomes of it.
enum { DOOM_DONE, DOOM_FAILS, DOOM_DONE_AND_FAILS, DOOM_FULL };

typedef int (*doom_judge)(void *context, int change);

// Makes the way known to SQLite under this name. What it takes is never given back: files may be open for as long as
// the process lives.
int doom_register(const char *name, doom_judge judge, void *context);

#endif
