/// Who may import whom. ARCHITECTURE.md draws the same table; a test holds the two together.
enum Rooms {
    static let mayImport: [String: Set<String>] = [
        "Threads": [],
        "Wire": [],
        "Crypto": ["CSodium", "CCrypto", "Threads"],
        "Keys": ["Crypto", "Wire"],
        "Ratchet": ["Keys", "Crypto", "Wire"],
        "Digest": [],
        "SQLite": ["CSQLite", "Digest", "Wire"],
        "Store": ["SQLite", "Digest", "Threads", "Wire"],
        "BlobsEngine": ["Store", "Digest", "Crypto", "Threads", "Wire", "CLinux"],
        "Transport": ["Threads", "CTransport"],
        "Media": ["Threads", "CLinux"],
        "Chat": ["Store", "Keys", "Crypto", "Threads", "Wire"],
        "Server": ["Chat", "Store", "Media", "Transport", "Keys", "Crypto", "Threads", "Wire"],
        "Client": [
            "Ratchet", "Keys", "Crypto", "Wire", "Transport", "Media", "SQLite", "Threads", "FoundationEssentials",
            "Foundation",
        ],
        "sottod": ["Server", "Store", "BlobsEngine", "Threads", "Wire", "CLinux"],
        "sotto": ["Client", "Media", "Threads", "Wire", "CNcurses"],
        "sotto-media": ["Media", "CVips", "CLinux"],
        "sotto-bench": ["Client", "Chat", "Store", "Transport", "Media", "Threads", "Wire", "Keys", "Crypto", "CLinux"],
    ]

    /// Executables: nobody imports them, they may print, and they need no documentation comments.
    static let programs: Set = ["sottod", "sotto", "sotto-bench", "sotto-media"]

    /// Modules of the toolchain and the system that any room may import.
    static let ofTheSystem: Set = ["Glibc", "Synchronization"]

    /// What must not be reachable from the server: whoever holds these can open a message, or decodes what strangers
    /// send in the process that holds the store.
    static let keptFromServer: Set = ["Ratchet", "MLS", "Client", "CVips", "CLibvips"]

    /// The rooms of the table under `| room | may import |`; nil when there is no such table.
    static func table(in document: SourceFile) -> [String: Set<String>]? {
        func cells(_ line: String) -> [String] {
            line.filter { $0 != "`" }.split(separator: "|").map { $0.trimmingPrefix(" ").description }
                .map { String($0.reversed().drop { $0 == " " }.reversed()) }
        }
        func names(_ cell: String) -> [String] {
            cell.split(separator: ",").map { $0.filter { $0 != " " } }.filter { !["–", "-", "—", ""].contains($0) }
        }
        guard let head = document.lines.firstIndex(where: { cells($0).prefix(2) == ["room", "may import"] }) else {
            return nil
        }
        var table: [String: Set<String>] = [:]
        for line in document.lines.dropFirst(head + 2).prefix(while: { $0.hasPrefix("|") }) {
            let row = cells(line)
            guard row.count >= 2 else { continue }
            for room in names(row[0]) { table[room] = Set(names(row[1])) }
        }
        return table
    }

    /// What each target of the manifest depends on.
    static func dependencies(in manifest: SourceFile) -> [String: Set<String>] {
        let target = /\b(?:room|program)\("([\w-]+)"(?:, \[([^\]]*)\])?/
        var found: [String: Set<String>] = [:]
        for match in manifest.lines.joined(separator: "\n").matches(of: target) {
            let names = (match.2 ?? "").split(separator: ",").map { $0.filter { !" \"\n".contains($0) } }
            found[String(match.1)] = Set(names.filter { !$0.isEmpty })
        }
        return found
    }

    /// Everything reachable from `start`, itself included.
    static func closure(of start: String, in graph: [String: Set<String>]) -> Set<String> {
        var reached: Set = [start]
        var next = [start]
        while let room = next.popLast() {
            for target in graph[room, default: []] where reached.insert(target).inserted { next.append(target) }
        }
        return reached
    }
}
