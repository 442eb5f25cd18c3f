import Glibc

/// A path as it is typed, or as a terminal pastes a file that is dropped on it: in quotes, or with backslashes before
/// what a shell would take apart.
struct PathWord: Equatable {
    /// As the system takes it, with the user's own folder in place of `~`.
    let path: String
    /// What stands behind it, without the blanks between.
    let rest: String

    /// - Parameter home: the user's own folder.
    /// - Returns: `nil` where there is nothing, or a quote is open.
    init?(_ text: String, home: String?) {
        var rest = Substring(text.drop { $0 == " " || $0 == "\n" })
        guard let word = Self.word(&rest), !word.isEmpty else { return nil }
        path = Self.expanded(word, home: home)
        self.rest = String(rest.drop { $0 == " " || $0 == "\n" })
    }

    /// Takes a word away, as a shell reads it.
    private static func word(_ rest: inout Substring) -> String? {
        var word = ""
        var quote: Character?
        while let character = rest.first {
            if quote == nil, character == " " || character == "\n" { break }
            rest.removeFirst()
            switch character {
            case quote: quote = nil
            case "'" where quote == nil, "\"" where quote == nil: quote = character
            case "\\" where quote != "'":
                guard let next = rest.popFirst() else { return nil }
                word.append(next)
            default: word.append(character)
            }
        }
        return quote == nil ? word : nil
    }

    private static func expanded(_ word: String, home: String?) -> String {
        guard let home, word == "~" || word.hasPrefix("~/") else { return word }
        return home + word.dropFirst()
    }

    // MARK: Completing

    /// What Tab makes of the beginning of a path.
    struct Completion: Equatable {
        /// To write in place of it.
        let text: String
        /// The names that it may become, where there are several.
        let choices: [String]
    }

    /// - Parameters:
    ///   - typed: all that stands behind the command: one word, which may not be over yet.
    ///   - list: names in a folder, those of folders with `/` at their end.
    /// - Returns: `nil` where nothing begins so.
    static func completion(
        of typed: String, home: String?, list: (String) -> [String]
    ) -> Completion? {
        var rest = Substring(typed)
        // An open quote is what a word may end with here; it is written with backslashes then.
        guard let word = word(&rest) ?? word(closing: typed), rest.isEmpty else { return nil }
        let folderEnd = word.lastIndex(of: "/").map { word.index(after: $0) } ?? word.startIndex
        let (folder, start) = (String(word[..<folderEnd]), String(word[folderEnd...]))
        let names = list(folder.isEmpty ? "." : expanded(folder, home: home)).filter {
            $0.hasPrefix(start) && (start.hasPrefix(".") || !$0.hasPrefix("."))
        }.sorted()
        guard let first = names.first else { return nil }
        guard names.count > 1 else {
            return Completion(text: escaped(folder + first) + (first.hasSuffix("/") ? "" : " "), choices: [])
        }
        let common = names.reduce(first) { String(zip($0, $1).prefix { $0 == $1 }.map(\.0)) }
        return Completion(text: escaped(folder + common), choices: names)
    }

    private static func word(closing typed: String) -> String? {
        for quote in ["'", "\""] {
            var rest = Substring(typed + quote)
            if let word = word(&rest), rest.isEmpty { return word }
        }
        return nil
    }

    private static func escaped(_ path: String) -> String {
        var escaped = ""
        for character in path {
            if " '\"\\\n".contains(character) { escaped.append("\\") }
            escaped.append(character)
        }
        return escaped
    }

    /// Names in a folder of the disk, at most ten thousand; none where it cannot be read.
    static func names(in folder: String) -> [String] {
        guard let directory = opendir(folder) else { return [] }
        defer { closedir(directory) }
        var names: [String] = []
        while names.count < 10_000, let entry = readdir(directory) {
            // Read in its place: a copy of an entry reads behind its end.
            guard let offset = MemoryLayout<dirent>.offset(of: \.d_name) else { return [] }
            let start = UnsafeRawPointer(entry).advanced(by: offset).assumingMemoryBound(to: CChar.self)
            let name = String(cString: start)
            guard name != ".", name != ".." else { continue }
            let isFolder = entry.pointee.d_type == UInt8(DT_DIR) || isFolder(folder + "/" + name)
            names.append(isFolder ? name + "/" : name)
        }
        return names
    }

    private static func isFolder(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }
}
