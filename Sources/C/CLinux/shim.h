// What glibc declares in a way that Swift cannot import: variadic functions and their constants.
// No header that Swift's own module of glibc has too: its types would then belong to this one.
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

extern long syscall(long number, ...);

// No core file, no /proc/self/mem and no debugger of the same user. Returns 0, or -1 with errno.
static inline int sotto_forbid_dumping(void) { return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); }

// ppoll(2): polls `count` pollfd structures with a limit in nanoseconds. Returns how many have events, or -1, errno.
static inline long sotto_poll(void *files, unsigned long count, long long nanoseconds) {
    long limit[2] = {nanoseconds / 1000000000, nanoseconds % 1000000000};
    return syscall(SYS_ppoll, files, count, limit, (void *)0, 8UL);
}

// Nothing that this process starts or becomes can gain a right. Returns 0, or -1 with errno.
static inline int sotto_forbid_new_privileges(void) { return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); }

// SIGKILL as soon as the thread that started this process ends. Returns 0, or -1 with errno.
static inline int sotto_die_with_parent(void) { return prctl(PR_SET_PDEATHSIG, 9, 0, 0, 0); }

// No memory that is or was writable becomes executable, from Linux 6.3 on. Returns 0, or -1 with errno.
static inline int sotto_forbid_new_code(void) { return prctl(65 /* PR_SET_MDWE */, 1, 0, 0, 0); }

// Closes every descriptor from `first` on. Returns 0, or -1 with errno.
static inline int sotto_close_from(unsigned first) { return (int)syscall(SYS_close_range, first, ~0U, 0U); }

// Filters the system calls of all threads of this process, for good. Returns 0, or -1 with errno, or a thread that
// could not be brought in.
static inline int sotto_filter_calls(struct sock_filter *lines, unsigned short count) {
    struct sock_fprog program = {count, lines};
    return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &program);
}

// Landlock, whose calls have no wrapper: 444 creates a set of rules, 446 puts this thread under it.
// With no rules asked, returns the version that the kernel speaks, or -1 with errno.
static inline int sotto_landlock_version(void) { return (int)syscall(444, (void *)0, 0UL, 1U); }

static inline int sotto_landlock_create(const void *handled, unsigned long byte_count) {
    return (int)syscall(444, handled, byte_count, 0U);
}

static inline int sotto_landlock_enter(int rules) { return (int)syscall(446, rules, 0U); }

// A file that is nowhere but in memory. Returns its descriptor, or -1 with errno.
static inline int sotto_memory_file(void) { return (int)syscall(SYS_memfd_create, "sotto", 1U /* close on exec */); }

// sync_file_range(2): lets the disk begin to write a stretch of a file, without waiting. Returns 0, or -1 with errno.
static inline long sotto_begin_writeback(int file, long long offset, long long count) {
    return syscall(SYS_sync_file_range, file, offset, count, 2 /* SYNC_FILE_RANGE_WRITE */);
}
