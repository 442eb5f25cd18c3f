import Glibc

/// The program `sotto-media`, which decodes images in a locked-in process of its own.
enum WorkerProgram {
    /// Where it is when it lies beside this program; `nil` when it does not.
    static var path: String? {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = readlink("/proc/self/exe", &buffer, buffer.count)
        let own = String(decoding: buffer.prefix(max(0, count)).map(UInt8.init(bitPattern:)), as: UTF8.self)
        let path = own.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
            + "/sotto-media"
        return access(path, X_OK) == 0 ? path : nil
    }
}
