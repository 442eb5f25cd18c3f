/* Writes down what a process does to the files below one folder, in the order in which it does it.
 *
 *     FAULTS_ROOT=<folder> FAULTS_LOG=<file> [FAULTS_SWALLOW=1] LD_PRELOAD=recorder.so program
 *
 * disk.py reads the log and plays it again up to any point. A record is a head of 48 bytes (struct head), then a path
 * (two of them with a zero between for a rename), then bytes. What is not durable anyway is left out: memory maps, the
 * times and modes of files, and SQLite's -shm, which it makes anew after a crash.
 *
 * One lock is held over a call and its record, so that the order of the records is that of the calls; a flush alone
 * runs outside of it, and has a record for its beginning and one for its end. With FAULTS_SWALLOW flushes are not
 * made and not recorded, as on a disk that lies, or as with `PRAGMA synchronous = OFF`. SIGUSR1 ends the process as
 * SIGKILL would, but between two calls: each of them is either done and recorded, or neither. Each process writes a log
 * of its own, <file>.<process id>.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum kind {
    START = 1, OPEN, CLOSE, WRITE, ZEROS, TRUNCATE, SYNC_BEGIN, SYNC_END, RENAME, UNLINK, MAKE_FOLDER, REMOVE_FOLDER,
    LINK, DUPLICATE,
};

struct head {
    uint8_t kind, unused;
    uint16_t path_length;
    int32_t pid, file, result;
    int64_t place, length;
    uint64_t nanoseconds, number;
};

enum { file_count_max = 1 << 16 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static uint8_t watched[file_count_max];
static const char *root;
static size_t root_length;
static int log_file = -1, swallows;
static uint64_t number;



static uint64_t put(enum kind kind, int file, int64_t place, int64_t length, const char *path, size_t path_length,
                    const void *bytes, size_t byte_count, int result) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    struct head head = {
        .kind = kind, .path_length = (uint16_t)path_length, .pid = getpid(), .file = file, .result = result,
        .place = place, .length = length, .nanoseconds = (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec,
        .number = ++number,
    };
    struct iovec parts[3] = {
        { &head, sizeof head }, { (void *)path, path_length }, { (void *)bytes, byte_count },
    };
    size_t wanted = sizeof head + path_length + byte_count;
    if ((size_t)syscall(SYS_writev, log_file, parts, 3) != wanted) abort();
    return number;
}

static sem_t is_to_die;

static void asked_to_die(int number) {
    (void)number;
    sem_post(&is_to_die);
}

static void *die_when_asked(void *nothing) {
    (void)nothing;
    while (sem_wait(&is_to_die) != 0) {}
    pthread_mutex_lock(&lock);
    kill(getpid(), SIGKILL);
    return NULL;
}

__attribute__((constructor)) static void begin(void) {
    const char *folder = getenv("FAULTS_ROOT"), *path = getenv("FAULTS_LOG");
    if (folder == NULL || path == NULL) return;
    root = folder;
    root_length = strlen(folder);
    swallows = getenv("FAULTS_SWALLOW") != NULL;
    char own[4096];
    snprintf(own, sizeof own, "%s.%d", path, getpid());
    log_file = (int)syscall(SYS_openat, AT_FDCWD, own, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (log_file < 0) abort();
    put(START, -1, 0, 0, NULL, 0, NULL, 0, 0);
    pthread_t thread;
    if (sem_init(&is_to_die, 0, 0) != 0 || pthread_create(&thread, NULL, die_when_asked, NULL) != 0) abort();
    signal(SIGUSR1, asked_to_die);
}

static int is_ours(const char *path) {
    if (log_file < 0 || path == NULL || strncmp(path, root, root_length) != 0) return 0;
    if (path[root_length] != '/' && path[root_length] != 0) return 0;
    size_t length = strlen(path);
    return length < 4 || strcmp(path + length - 4, "-shm") != 0;
}

static int is_watched(int file) { return log_file >= 0 && file >= 0 && file < file_count_max && watched[file]; }

static void record_path(enum kind kind, const char *path, int file, int64_t place) {
    put(kind, file, place, 0, path, strlen(path), NULL, 0, 0);
}

/* Files */

static int opened(const char *path, int flags, mode_t mode) {
    int ours = is_ours(path);
    if (ours) pthread_mutex_lock(&lock);
    int file = (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
    if (ours) {
        int error = errno;
        if (file >= 0 && file < file_count_max) {
            watched[file] = 1;
            record_path(OPEN, path, file, flags);
        }
        pthread_mutex_unlock(&lock);
        errno = error;
    }
    return file;
}

static mode_t mode_of(int flags, va_list rest) { return flags & (O_CREAT | O_TMPFILE) ? va_arg(rest, mode_t) : 0; }

#define OPENING(name)                                \
    int name(const char *path, int flags, ...) {     \
        va_list rest;                                \
        va_start(rest, flags);                       \
        mode_t mode = mode_of(flags, rest);          \
        va_end(rest);                                \
        return opened(path, flags, mode);            \
    }
OPENING(open)
OPENING(open64)
int __open_2(const char *path, int flags) { return opened(path, flags, 0); }
int __open64_2(const char *path, int flags) { return opened(path, flags, 0); }

#define OPENING_AT(name)                                                              \
    int name(int folder, const char *path, int flags, ...) {                          \
        va_list rest;                                                                 \
        va_start(rest, flags);                                                        \
        mode_t mode = mode_of(flags, rest);                                           \
        va_end(rest);                                                                 \
        if (path[0] == '/') return opened(path, flags, mode);         \
        return (int)syscall(SYS_openat, folder, path, flags, mode);                   \
    }
OPENING_AT(openat)
OPENING_AT(openat64)

int close(int file) {
    if (!is_watched(file)) return (int)syscall(SYS_close, file);
    pthread_mutex_lock(&lock);
    put(CLOSE, file, 0, 0, NULL, 0, NULL, 0, 0);
    watched[file] = 0;
    int result = (int)syscall(SYS_close, file);
    pthread_mutex_unlock(&lock);
    return result;
}

static int duplicated(int file, int made) {
    if (made >= 0 && made < file_count_max && is_watched(file)) {
        pthread_mutex_lock(&lock);
        watched[made] = 1;
        put(DUPLICATE, file, made, 0, NULL, 0, NULL, 0, 0);
        pthread_mutex_unlock(&lock);
    }
    return made;
}

int dup(int file) { return duplicated(file, (int)syscall(SYS_dup, file)); }

static int is_zero(const uint8_t *bytes, size_t count) {
    return count > 0 && bytes[0] == 0 && memcmp(bytes, bytes + 1, count - 1) == 0;
}

static void record_write(int file, const void *bytes, ssize_t count, off_t place) {
    if (count <= 0) return;
    if (is_zero(bytes, (size_t)count)) put(ZEROS, file, place, count, NULL, 0, NULL, 0, 0);
    else put(WRITE, file, place, count, NULL, 0, bytes, (size_t)count, 0);
}

static ssize_t written_at(int file, const void *bytes, size_t count, off_t place) {
    if (!is_watched(file)) return syscall(SYS_pwrite64, file, bytes, count, place);
    pthread_mutex_lock(&lock);
    ssize_t result = syscall(SYS_pwrite64, file, bytes, count, place);
    int error = errno;
    record_write(file, bytes, result, place);
    pthread_mutex_unlock(&lock);
    errno = error;
    return result;
}

ssize_t pwrite(int file, const void *bytes, size_t count, off_t place) { return written_at(file, bytes, count, place); }
ssize_t pwrite64(int file, const void *bytes, size_t count, off_t place) {
    return written_at(file, bytes, count, place);
}

ssize_t write(int file, const void *bytes, size_t count) {
    if (!is_watched(file)) return syscall(SYS_write, file, bytes, count);
    pthread_mutex_lock(&lock);
    ssize_t result = syscall(SYS_write, file, bytes, count);
    int error = errno;
    /* Where it went is known afterwards, also of a file that is appended to. */
    if (result > 0) record_write(file, bytes, result, lseek(file, 0, SEEK_CUR) - result);
    pthread_mutex_unlock(&lock);
    errno = error;
    return result;
}

static ssize_t written_parts(int file, const struct iovec *parts, int count, off_t place) {
    ssize_t all = 0;
    for (int index = 0; index < count; index++) {
        ssize_t got = place < 0 ? write(file, parts[index].iov_base, parts[index].iov_len)
                                : written_at(file, parts[index].iov_base, parts[index].iov_len, place + all);
        if (got < 0) return all > 0 ? all : got;
        all += got;
        if ((size_t)got < parts[index].iov_len) break;
    }
    return all;
}

ssize_t writev(int file, const struct iovec *parts, int count) {
    if (!is_watched(file)) return syscall(SYS_writev, file, parts, count);
    return written_parts(file, parts, count, -1);
}
ssize_t pwritev(int file, const struct iovec *parts, int count, off_t place) {
    return written_parts(file, parts, count, place);
}
ssize_t pwritev64(int file, const struct iovec *parts, int count, off_t place) {
    return written_parts(file, parts, count, place);
}

static int truncated(int file, off_t length) {
    if (!is_watched(file)) return (int)syscall(SYS_ftruncate, file, length);
    pthread_mutex_lock(&lock);
    int result = (int)syscall(SYS_ftruncate, file, length);
    int error = errno;
    if (result == 0) put(TRUNCATE, file, length, 0, NULL, 0, NULL, 0, 0);
    pthread_mutex_unlock(&lock);
    errno = error;
    return result;
}

int ftruncate(int file, off_t length) { return truncated(file, length); }
int ftruncate64(int file, off_t length) { return truncated(file, length); }

static int allocated(int file, int mode, off_t place, off_t length) {
    if (!is_watched(file)) return (int)syscall(SYS_fallocate, file, mode, place, length);
    /* A hole is zeros that are written; one that only makes the file longer has no record of its own but its length. */
    pthread_mutex_lock(&lock);
    int result = (int)syscall(SYS_fallocate, file, mode, place, length);
    int error = errno;
    struct stat status;
    if (result == 0 && mode != 0 && mode != FALLOC_FL_KEEP_SIZE) {
        put(ZEROS, file, place, length, NULL, 0, NULL, 0, 0);
    } else if (result == 0 && fstat(file, &status) == 0) {
        put(TRUNCATE, file, status.st_size, 0, NULL, 0, NULL, 0, 0);
    }
    pthread_mutex_unlock(&lock);
    errno = error;
    return result;
}

int fallocate(int file, int mode, off_t place, off_t length) { return allocated(file, mode, place, length); }
int fallocate64(int file, int mode, off_t place, off_t length) { return allocated(file, mode, place, length); }
int posix_fallocate(int file, off_t place, off_t length) { return allocated(file, 0, place, length) == 0 ? 0 : errno; }
int posix_fallocate64(int file, off_t place, off_t length) {
    return allocated(file, 0, place, length) == 0 ? 0 : errno;
}

static int synced(int file, long call) {
    if (!is_watched(file)) return (int)syscall(call, file);
    if (swallows) return 0;
    pthread_mutex_lock(&lock);
    uint64_t beginning = put(SYNC_BEGIN, file, 0, 0, NULL, 0, NULL, 0, 0);
    pthread_mutex_unlock(&lock);
    int result = (int)syscall(call, file), error = errno;
    pthread_mutex_lock(&lock);
    put(SYNC_END, file, (int64_t)beginning, 0, NULL, 0, NULL, 0, result);
    pthread_mutex_unlock(&lock);
    errno = error;
    return result;
}

int fsync(int file) { return synced(file, SYS_fsync); }
int fdatasync(int file) { return synced(file, SYS_fdatasync); }

/* Names */

static int named(enum kind kind, const char *from, const char *to, long call, unsigned flags) {
    int ours = is_ours(from) || (to != NULL && is_ours(to));
    if (ours) pthread_mutex_lock(&lock);
    int result = call == SYS_renameat2 ? (int)syscall(call, AT_FDCWD, from, AT_FDCWD, to, flags)
        : call == SYS_linkat           ? (int)syscall(call, AT_FDCWD, from, AT_FDCWD, to, (int)flags)
        : call == SYS_mkdirat          ? (int)syscall(call, AT_FDCWD, from, (mode_t)flags)
                                       : (int)syscall(call, AT_FDCWD, from, (int)flags);
    int error = errno;
    if (ours) {
        if (result == 0 && to == NULL) record_path(kind, from, -1, 0);
        if (result == 0 && to != NULL) {
            size_t length = strlen(from), rest = strlen(to);
            char both[8192];
            if (length + rest + 1 > sizeof both) abort();
            memcpy(both, from, length + 1);
            memcpy(both + length + 1, to, rest);
            put(kind, -1, 0, 0, both, length + 1 + rest, NULL, 0, 0);
        }
        pthread_mutex_unlock(&lock);
    }
    errno = error;
    return result;
}

int rename(const char *from, const char *to) { return named(RENAME, from, to, SYS_renameat2, 0); }
int link(const char *from, const char *to) { return named(LINK, from, to, SYS_linkat, 0); }
int unlink(const char *path) { return named(UNLINK, path, NULL, SYS_unlinkat, 0); }
int rmdir(const char *path) { return named(REMOVE_FOLDER, path, NULL, SYS_unlinkat, AT_REMOVEDIR); }
int mkdir(const char *path, mode_t mode) { return named(MAKE_FOLDER, path, NULL, SYS_mkdirat, mode); }
int unlinkat(int folder, const char *path, int flags) {
    if (path[0] != '/') return (int)syscall(SYS_unlinkat, folder, path, flags);
    return named(flags & AT_REMOVEDIR ? REMOVE_FOLDER : UNLINK, path, NULL, SYS_unlinkat, (unsigned)flags);
}
int renameat(int a, const char *from, int b, const char *to) {
    if (from[0] != '/' || to[0] != '/') return (int)syscall(SYS_renameat, a, from, b, to);
    return rename(from, to);
}
