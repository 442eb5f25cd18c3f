// What glibc declares in a way that Swift cannot import: variadic functions and their constants.
#include <sys/prctl.h>

// No core file, no /proc/self/mem and no debugger of the same user. Returns 0, or -1 with errno.
static inline int sotto_forbid_dumping(void) { return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); }
