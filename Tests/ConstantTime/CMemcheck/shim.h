/* What valgrind's client requests are macros for. Outside of valgrind they do nothing. */
#include <stddef.h>
#include <valgrind/memcheck.h>

/* From here on a branch or an address that depends on these bytes is reported. */
static inline void memcheck_make_secret(const void *bytes, size_t count) {
    VALGRIND_MAKE_MEM_UNDEFINED(bytes, count);
}

/* These bytes may be known to everyone. */
static inline void memcheck_make_public(const void *bytes, size_t count) {
    VALGRIND_MAKE_MEM_DEFINED(bytes, count);
}

static inline unsigned memcheck_report_count(void) { return (unsigned)VALGRIND_COUNT_ERRORS; }
static inline int memcheck_is_running(void) { return RUNNING_ON_VALGRIND > 0; }
