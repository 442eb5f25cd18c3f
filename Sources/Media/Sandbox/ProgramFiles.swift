import Glibc

/// What a foreign program must be able to open in order to start: itself, its loader, and the libraries of the system.
struct ProgramFiles: Sendable {
    /// Of an ELF file; a script cannot be locked in, since its interpreter would be executed too.
    let path: String
    /// Where its shared libraries come from.
    let libraryFolders: [String]

    /// Where Linux systems keep them.
    static let usualLibraryFolders = ["/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib"]
    /// `O_PATH`, which Glibc's module does not show: names a file without opening it.
    static let pathOnly: Int32 = 0o10_000_000
    private static let loaderCache = "/etc/ld.so.cache"
    private static let headerCountMax = 64
    private static let pathByteCountMax = 255

    /// Allows to read and execute the program and its loader, and to read below the folders.
    func allow(in rules: borrowing LandlockRules) throws(Sandbox.Failure) {
        try allow([.read, .execute], at: path, in: rules)
        // Without one it is linked statically.
        if let loader { try allow([.read, .execute], at: loader, in: rules) }
        for place in libraryFolders + [Self.loaderCache] where access(place, F_OK) == 0 {
            try allow(.read, at: place, in: rules)
        }
    }

    private func allow(
        _ access: LandlockRules.Access, at place: String, in rules: borrowing LandlockRules
    ) throws(Sandbox.Failure) {
        let descriptor = open(place, Self.pathOnly | O_CLOEXEC)
        guard descriptor >= 0 else { throw .program }
        defer { close(descriptor) }
        try rules.allow(access, at: descriptor)
    }

    /// The loader that the program names: the segment of kind 3 in its table of segments (ELF, 64 bits, the lowest
    /// byte first).
    private var loader: String? {
        guard let file = try? ReadOnlyFile(path: path) else { return nil }
        var reader = ProbeReader(file)
        guard (try? reader.big(0, 6)) == 0x7F45_4C46_0201, let table = try? reader.little(32, 7),
            let size = try? reader.little(54, 2), let count = try? reader.little(56, 2), size >= 56,
            count <= Self.headerCountMax, table < file.byteCount
        else { return nil }
        for index in 0..<count {
            let header = table + index * size
            guard (try? reader.little(header, 4)) == 3, let start = try? reader.little(header + 8, 7),
                let length = try? reader.little(header + 32, 7), (2...Self.pathByteCountMax).contains(length),
                let bytes = try? reader.bytes(start, length)
            else { continue }
            return String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
        return nil
    }
}
