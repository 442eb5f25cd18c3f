private let attributes: Set = [
    "public", "package", "internal", "fileprivate", "private", "@testable", "@preconcurrency", "@_exported",
    "@_implementationOnly",
]

/// The modules a file imports, with their lines.
func imports(of file: SourceFile) -> [(line: Int, module: String)] {
    file.code.enumerated().compactMap { (index, code) in
        guard !code.places(of: "import ").isEmpty else { return nil }
        var words = code.text.split(separator: " ").drop { attributes.contains(String($0)) }
        guard words.popFirst() == "import" else { return nil }
        // `import struct Module.Type` names the module before the point.
        guard let last = words.last?.split(separator: ".").first else { return nil }
        return (index, String(last))
    }
}

/// Every import is in the table.
func importsOutsideTable(_ file: SourceFile) -> [Finding] {
    guard let room = file.room, file.isSwift else { return [] }
    guard let allowed = Rooms.mayImport[room] else {
        return [Finding(file, line: 0, "the room \(room) is not in the table of who may import whom")]
    }
    return imports(of: file).compactMap { (line, module) in
        if allowed.contains(module) || Rooms.ofTheSystem.contains(module) { return nil }
        return Finding(file, line: line, "\(room) may not import \(module)")
    }
}

/// What the client library asks of the system stands in one folder: whoever brings it to another reads that one.
func systemOutsidePlatform(_ file: SourceFile) -> [Finding] {
    guard file.room == "Client", !file.path.hasPrefix("Sources/Client/Platform/") else { return [] }
    return imports(of: file).filter { $0.module == "Glibc" }.map { (line, _) in
        Finding(file, line: line, "the system's calls belong into Sources/Client/Platform")
    }
}

/// System calls without state: the executor, the daemon and the programs each need a few.
let sharedModules: Set = ["CLinux"]

/// Each C module has one room that imports it, so that its types and its dangers stay there.
func sharedCModules(_ files: [SourceFile]) -> [Finding] {
    var owners: [String: String] = [:]
    return files.flatMap { (file) -> [Finding] in
        guard let room = file.room else { return [] }
        return imports(of: file).compactMap { (line, module) in
            let isC = module.hasPrefix("C") && Rooms.mayImport[module] == nil
            guard isC, !sharedModules.contains(module) else { return nil }
            let owner = owners[module, default: room]
            owners[module] = owner
            return owner == room ? nil : Finding(file, line: line, "\(module) belongs to \(owner)")
        }
    }
}
