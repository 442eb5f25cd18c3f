import CLinux
import Glibc

/// What a process that decodes other people's images locks itself into, in this order:
///
/// 1. ``closeDescriptors()``: before any library starts.
/// 2. ``forbidFiles()``: after the libraries are loaded and while there is one thread, since Landlock holds the calling
///    thread and those it starts.
/// 3. ``limitResources(memoryByteCountMax:)``, ``SystemCallFilter/enter()``: when all threads and everything lazy is
///    there.
///
/// None of it can be undone.
package enum Sandbox {
    /// The descriptor of the socket to whoever started the worker. There is no other from 3 on.
    package static let socket: Int32 = 3

    /// What the machine would not do.
    package enum Failure: String, Error, Sendable {
        case descriptors, limits, privileges, parent, threads, landlock, filter
        /// A foreign program that is not there, or that the kernel would not start.
        case program
    }

    /// Closes what was inherited by mistake, and makes sure that the parent is still there.
    package static func closeDescriptors() throws(Failure) {
        guard sotto_close_from(UInt32(socket + 1)) == 0 else { throw .descriptors }
        guard sotto_die_with_parent() == 0, getppid() != 1 else { throw .parent }
        guard sotto_forbid_dumping() == 0, sotto_forbid_new_privileges() == 0 else { throw .privileges }
        // Where the kernel does not know it, the filter still refuses executable memory.
        _ = sotto_forbid_new_code()
    }

    /// Bounds for the whole life of the process.
    /// - Parameter memoryByteCountMax: address space, so an allocation above it fails rather than swaps.
    package static func limitResources(memoryByteCountMax: Int) throws(Failure) {
        try limit(RLIMIT_AS, memoryByteCountMax)
        // The deadline of each image is kept from outside; this ends a worker that nobody watches any more.
        try limit(RLIMIT_CPU, 900)
        try limit(RLIMIT_FSIZE, 0)
        try limit(RLIMIT_CORE, 0)
        try limit(RLIMIT_NOFILE, 32)
    }

    private static func limit(_ resource: __rlimit_resource, _ value: Int) throws(Failure) {
        var bound = rlimit(rlim_cur: rlim_t(value), rlim_max: rlim_t(value))
        guard setrlimit(__rlimit_resource_t(resource.rawValue), &bound) == 0 else { throw .limits }
    }

    /// Takes away every right that Landlock knows: files, folders, devices, TCP, and signals and abstract sockets of
    /// other processes. What is open stays open.
    /// - Returns: the version of the kernel's Landlock; 0 when it has none, where the filter alone refuses to open.
    /// - Throws: when there are other threads already, which it would not hold.
    package static func forbidFiles() throws(Failure) -> Int {
        guard threadCount() == 1 else { throw .threads }
        let version = LandlockRules.version
        guard version > 0 else { return 0 }
        try LandlockRules().enter()
        return version
    }

    private static func threadCount() -> Int {
        guard let folder = opendir("/proc/self/task") else { return 0 }
        defer { closedir(folder) }
        var count = 0
        while readdir(folder) != nil { count += 1 }
        return count - 2
    }
}
