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

// 445 adds a rule: `access` below the folder, or to the file, that `place` is a descriptor of. 0, or -1 with errno.
static inline int sotto_landlock_allow(int rules, unsigned long long access, int place) {
    struct {
        unsigned long long access;
        int place;
    } __attribute__((packed)) rule = {access, place};
    return (int)syscall(445, rules, 1 /* LANDLOCK_RULE_PATH_BENEATH */, &rule, 0U);
}

static inline int sotto_landlock_enter(int rules) { return (int)syscall(446, rules, 0U); }

// A file that is nowhere but in memory. Returns its descriptor, or -1 with errno.
static inline int sotto_memory_file(void) { return (int)syscall(SYS_memfd_create, "sotto", 1U /* close on exec */); }

// sync_file_range(2): lets the disk begin to write a stretch of a file, without waiting. Returns 0, or -1 with errno.
static inline long sotto_begin_writeback(int file, long long offset, long long count) {
    return syscall(SYS_sync_file_range, file, offset, count, 2 /* SYNC_FILE_RANGE_WRITE */);
}

// pipe2(2): two ends that are closed on exec. Returns 0, or -1 with errno.
static inline int sotto_pipe(int *ends) { return (int)syscall(SYS_pipe2, ends, 02000000 /* O_CLOEXEC */); }

// A descriptor of a child that can be polled for its end. Returns it, or -1 with errno.
static inline int sotto_process_file(int process) { return (int)syscall(SYS_pidfd_open, process, 0U); }

// A foreign program that is locked in before its first instruction. Everything is prepared by whoever starts it:
// between vfork and exec the child runs in its parent's memory, and makes system calls only.
struct sotto_program {
    // The program, a set of Landlock's rules, and what becomes 0, 1, 2 and 3. All are 64 or more, so that no copy lands
    // on one that is still to be copied.
    int file;
    int rules;
    int descriptors[4];
    // Of the process that starts it: an end that comes with the parent's never comes when that is gone already.
    int parent;
    unsigned line_count;
    struct sock_filter *lines;
    // Ended by a null pointer each; the first argument is the program's name.
    char **arguments;
    char **variables;
    // Pairs of a resource (RLIMIT_*) and its bound.
    const unsigned long long *limits;
    int limit_count;
    // Written by the child: the step that failed.
    volatile int failure;
};

extern int vfork(void);

// The descriptor of the program while it is executed: above its bound on descriptors, and closed by that.
enum { sotto_program_file = 64 };

// Returns the step that failed; does not return otherwise.
static inline int sotto_enter_program(struct sotto_program *program) {
    // First of all: until they are closed here, the parent's descriptors are held twice, and with them its locks.
    for (int number = 0; number < 4; number++)
        if (syscall(SYS_dup3, program->descriptors[number], number, 0) < 0) return 1;
    if (syscall(SYS_dup3, program->rules, 4, 02000000 /* O_CLOEXEC */) < 0) return 2;
    if (syscall(SYS_dup3, program->file, 5, 02000000) < 0) return 3;
    if (syscall(SYS_close_range, 6U, ~0U, 0U) != 0) return 4;
    if (syscall(SYS_dup3, 5, sotto_program_file, 02000000) < 0) return 5;
    // The kernel's form of an action: handler, flags, restorer, mask. An ignored signal would stay ignored.
    unsigned long action[4] = {0, 0, 0, 0}, none = 0;
    for (int number = 1; number <= 64; number++) syscall(SYS_rt_sigaction, number, action, (void *)0, 8UL);
    syscall(SYS_rt_sigprocmask, 2 /* SIG_SETMASK */, &none, (void *)0, 8UL);
    if (syscall(SYS_prctl, PR_SET_PDEATHSIG, 9, 0, 0, 0) != 0) return 6;
    if (syscall(SYS_getppid) != program->parent) return 7;
    // Away from its parent's terminal and group.
    if (syscall(SYS_setsid) < 0) return 8;
    for (int index = 0; index < program->limit_count; index++) {
        unsigned long long bound[2] = {program->limits[2 * index + 1], program->limits[2 * index + 1]};
        if (syscall(SYS_prlimit64, 0, (int)program->limits[2 * index], bound, (void *)0) != 0) return 9;
    }
    if (syscall(SYS_prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return 10;
    if (syscall(446 /* landlock_restrict_self */, 4, 0U) != 0) return 11;
    struct sock_fprog filter = {(unsigned short)program->line_count, program->lines};
    if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &filter) != 0) return 12;
    syscall(
        SYS_execveat, sotto_program_file, "", program->arguments, program->variables, 0x1000 /* AT_EMPTY_PATH */);
    return 13;
}

// Starts it. Call with all signals blocked, so that no handler of the parent's runs in the child. Returns the process,
// which has failed where `failure` is not 0, or -1 with errno.
static inline int sotto_start_program(struct sotto_program *program) {
    program->failure = 0;
    int process = vfork();
    if (process == 0) {
        program->failure = sotto_enter_program(program);
        syscall(SYS_exit_group, 127);
        __builtin_unreachable();
    }
    return process;
}
