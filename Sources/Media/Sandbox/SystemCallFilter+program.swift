import CLinux
import Glibc

extension SystemCallFilter {
    /// The system calls that a foreign program needs to be loaded, to read one file and to write to its output.
    ///
    /// Wider than the worker's, since it holds from before the program's first instruction: the loader opens and maps
    /// libraries. What Landlock cannot judge, this does; which files are opened, Landlock does. Calls that only an
    /// intruder makes end the process; all others outside the list fail, as libraries look around while they load.
    /// - Parameter program: the descriptor that may be executed. It is closed by that and lies above the bound on
    ///   descriptors, so no other can take its number.
    init(program: Int32) {
        self.init()
        checkArchitecture()
        for call in Self.loaded { allow(call) }
        for call in Self.hostile { kill(call) }
        fail(SYS_clone3, ENOSYS)
        fail(SYS_ioctl, ENOTTY)
        // Its output, and what it complains into, which is the null device.
        allow(SYS_write, atOnceIf: Condition(argument: 0, mask: .max, value: 1))
        allow(SYS_write, if: [Condition(argument: 0, mask: .max, value: 2)], otherwise: EBADF)
        // Code comes out of files that may be read, and nothing that was written becomes code.
        allow(SYS_mmap, atOnceIf: Condition(argument: 2, mask: UInt32(PROT_EXEC), value: 0))
        allow(SYS_mmap, if: [
            Condition(argument: 2, mask: UInt32(PROT_WRITE), value: 0),
            Condition(argument: 3, mask: UInt32(MAP_ANONYMOUS), value: 0),
        ], otherwise: EPERM)
        allow(SYS_mprotect, if: [Condition(argument: 2, mask: UInt32(PROT_EXEC), value: 0)], otherwise: EPERM)
        // A thread of its process, in no namespace of its own.
        allow(SYS_clone, if: [Condition(argument: 0, mask: 0x7E03_0900, value: 0x0001_0900)])
        allow(SYS_execveat, if: [
            Condition(argument: 0, mask: .max, value: UInt32(bitPattern: program)),
            Condition(argument: 4, mask: .max, value: 0x1000),
        ])
        allow(SYS_prctl, if: [Condition(argument: 0, mask: .max, value: UInt32(PR_SET_NAME))], otherwise: EPERM)
        allow(SYS_prlimit64, if: [
            Condition(argument: 0, mask: .max, value: 0), Condition(argument: 2, mask: .max, value: 0),
        ], otherwise: EPERM)
        allow(SYS_newfstatat, if: [Condition(argument: 3, mask: 0x1000, value: 0x1000)], otherwise: EACCES)
        otherwise(Verdict.fail(ENOSYS))
    }

    private static let loaded = [
        SYS_read, SYS_pread64, SYS_readv, SYS_close, SYS_fstat, SYS_lseek, SYS_openat, SYS_dup, SYS_fcntl,
        SYS_munmap, SYS_mremap, SYS_madvise, SYS_brk, SYS_futex, SYS_sched_yield, SYS_sched_getaffinity,
        SYS_clock_gettime, SYS_clock_getres, SYS_clock_nanosleep, SYS_nanosleep, SYS_gettimeofday, SYS_getrandom,
        SYS_rt_sigaction, SYS_rt_sigprocmask, SYS_rt_sigreturn, SYS_sigaltstack, SYS_getpid, SYS_gettid, SYS_getuid,
        SYS_geteuid, SYS_getgid, SYS_getegid, SYS_exit, SYS_exit_group, SYS_set_robust_list, SYS_set_tid_address,
        SYS_rseq, SYS_ppoll, SYS_pselect6, SYS_restart_syscall, SYS_getrusage, SYS_membarrier,
    ] + loadedOlder

    private static let hostile = [
        SYS_socket, SYS_socketpair, SYS_connect, SYS_bind, SYS_listen, SYS_accept, SYS_accept4, SYS_sendto,
        SYS_sendmsg, SYS_execve, SYS_ptrace, SYS_process_vm_readv, SYS_process_vm_writev, SYS_kill, SYS_tkill,
        SYS_tgkill, SYS_pidfd_open, SYS_pidfd_send_signal, SYS_pidfd_getfd, SYS_unshare, SYS_setns, SYS_mount,
        SYS_umount2, SYS_chroot, SYS_pivot_root, SYS_bpf, SYS_io_uring_setup, SYS_userfaultfd, SYS_perf_event_open,
        SYS_keyctl, SYS_add_key, SYS_request_key, SYS_open_by_handle_at, SYS_memfd_create, SYS_personality,
        SYS_setuid, SYS_setgid, SYS_setresuid, SYS_capset, SYS_init_module, SYS_finit_module, SYS_kexec_load,
    ] + hostileOlder

    // Calls that newer machines never had.
    #if arch(x86_64)
        private static let loadedOlder = [
            SYS_open, SYS_poll, SYS_select, SYS_time, SYS_getrlimit, SYS_arch_prctl,
        ]
        private static let hostileOlder = [SYS_fork, SYS_vfork]
    #else
        private static let loadedOlder: [Int32] = []
        private static let hostileOlder: [Int32] = []
    #endif
}
