// What glibc declares in a way that Swift cannot import: variadic functions and their constants.
// No header that Swift's own module of glibc has too: its types would then belong to this one.
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
