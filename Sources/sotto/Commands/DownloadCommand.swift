import Client
import Wire

/// The files beside messages.
extension SottoCommand {
    static let chatDownload = SottoCommand(
        "chat download", short: "download", words: [.chat, .number, Word("MEDIA").optional],
        options: [
            output,
            .init(
                name: "--range", value: "A-B", help: "Only its bytes A to B, from 0; A- to its end.",
                excludes: ["--thumbnail"]),
            .init(name: "--thumbnail", help: "The small picture inside the message instead; asks no server."),
        ],
        "Fetch the file beside a message and open it, or what a post shows.",
        details: "It gets its name when all of it is known to be what the sender named; cut or killed, the same "
            + "command goes on. Nothing that is there is replaced. -o - prints a --range. Of a post, without -o, all "
            + "its media are saved in this folder; those are the server's bytes, no key seals them.",
        examples: ["sotto download @alice 3 -o from-alice.jpg --data ./bob"]
    ) { (session) in
        let (account, typed) = (session.account, session.typed)
        let (target, id, number) = try await line(session)
        if target.isOpen { return try await downloadMedia(of: id, number, session) }
        guard typed.words.count == 2 else { throw typed.misused }
        guard let line = try await account.chats.line(id) else { throw SottoError.noSuchMessage }
        guard line.file != nil else { throw SottoError.file(.none) }
        let path = try outputPath(typed)
        if typed.has("--thumbnail") { return try await saveThumbnail(of: id, to: path, session) }
        if let text = typed.values["--range"] {
            return try await downloadPart(
                text, of: try await account.media.reader(ofFileOf: id), to: path, session.output)
        }
        guard path != "-" else { throw UsageError(message: "Only a --range goes to standard output.") }
        let note = try await account.media.download(fileOf: id, to: path) { session.output.progress("Fetched", $0) }
        session.output.print(.downloaded, DownloadedRecord(note, path: path))
        session.output.say("Saved \(note.byteCount) bytes as \(Output.oneLine(path)).")
    }

    /// Where something goes.
    static let output = Option(name: "--output", letter: "-o", value: "OUT", help: "A new file for it.")

    static func outputPath(_ typed: Invocation) throws(UsageError) -> String {
        guard let path = typed.values["--output"] else { throw UsageError(message: "Where to? Say -o FILE.") }
        return path
    }

    /// Into a new file, from what this device has of the message.
    private static func saveThumbnail(of line: LineID, to path: String, _ session: CommandSession) async throws {
        let thumbnail = try await session.account.media.saveThumbnail(ofFileOf: line, to: path)
        session.output.print(.inlineThumbnail, PictureRecord(thumbnail, path: path))
        session.output.say(
            "Saved a picture of \(thumbnail.width)×\(thumbnail.height), \(thumbnail.bytes.count) bytes.")
    }

    /// A part of a file, as it comes.
    private static func downloadPart(
        _ text: String, of reader: FileReader, to path: String, _ output: Output
    ) async throws {
        let range = try range(text, of: reader.note)
        let pieces = reader.pieces(of: range)
        if path == "-" {
            for try await piece in pieces { try Output.bytes(piece) }
            return
        }
        let file = try written { () throws(LocalStoreError) in try NewFile(path) }
        for try await piece in pieces { try written { () throws(LocalStoreError) in try file.append(piece) } }
        try written { () throws(LocalStoreError) in try file.finish() }
        output.print(.downloaded, DownloadedRecord(reader.note, path: path, part: range))
        output.say("Saved \(range.count) bytes.")
    }

    private static func written<Value>(_ write: () throws(LocalStoreError) -> Value) throws(SottoError) -> Value {
        do { return try write() } catch { throw .file(FileFailure(writing: error)) }
    }

    /// `A-B` with both ends in it, or `A-`.
    private static func range(_ text: String, of note: FileNote) throws(UsageError) -> Range<Int> {
        let parts = text.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        let end = Int(clamping: note.byteCount)
        guard parts.count == 2, let from = Int(parts[0]), from >= 0 else {
            throw UsageError(message: "--range takes A-B or A-, such as 0-999.")
        }
        guard let last = parts[1].isEmpty ? end - 1 : Int(parts[1]), last >= from, last < end else {
            let part = Output.oneLine(text)
            throw UsageError(message: "The file has \(note.byteCount) bytes; “\(part)” is no part of them.")
        }
        return from..<(last + 1)
    }
}
