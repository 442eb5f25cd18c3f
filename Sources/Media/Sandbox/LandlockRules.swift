import CLinux
import Glibc

/// A set of Landlock's rules, which forbid everything that the kernel's version knows but what they allow: files,
/// folders, devices, TCP, and signals and abstract sockets of other processes.
struct LandlockRules: ~Copyable {
    /// What may be allowed below a folder, or of one file.
    struct Access: OptionSet {
        let rawValue: UInt64

        static let execute = Access(rawValue: 1)
        static let read = Access(rawValue: 4)
    }

    /// Of the kernel; 0 where it has none.
    static var version: Int { max(0, Int(sotto_landlock_version())) }

    /// Closed on exec.
    let descriptor: Int32

    /// Allows nothing.
    init() throws(Sandbox.Failure) {
        let version = Self.version
        let files: UInt64 = version >= 5 ? 0xFFFF : version >= 3 ? 0x7FFF : version == 2 ? 0x3FFF : 0x1FFF
        let handled: [UInt64] = [files] + (version >= 4 ? [3] : []) + (version >= 6 ? [3] : [])
        let rules = handled.withUnsafeBytes { sotto_landlock_create($0.baseAddress, UInt($0.count)) }
        guard rules >= 0 else { throw .landlock }
        descriptor = rules
    }

    deinit { close(descriptor) }

    /// - Parameter place: a descriptor of the file, or of the folder below which it is allowed.
    func allow(_ access: Access, at place: Int32) throws(Sandbox.Failure) {
        guard sotto_landlock_allow(descriptor, access.rawValue, place) == 0 else { throw .landlock }
    }

    /// Puts this thread under them, and those that it starts from now on.
    func enter() throws(Sandbox.Failure) {
        guard sotto_landlock_enter(descriptor) == 0 else { throw .landlock }
    }
}
