import Client
import Wire

extension Verb {
    static func sendFile(
        _ path: String, to handle: Handle, _ client: Account, _ arguments: Arguments, _ output: Output
    ) async throws {
        let caption = arguments.words.count == 2 ? arguments.words[1] : ""
        let file = OutgoingFile(
            path: path, caption: caption, type: arguments.values["--type"],
            expiresIn: try arguments.duration("--expires"),
            wantsPreview: !arguments.switches.contains("--no-preview"))
        if let waiting = try await client.outbox.waitingLine(of: file, to: handle) {
            output.progress("This very file waits already; going on with it.")
            let line = try await client.outbox.resume(fileOf: waiting) { output.progress("Uploaded", $0) }
            return output.accepted(line, with: handle)
        }
        let line = try await saying(to: handle, client, output) {
            try await client.chats.send(file, to: handle) { output.progress("Uploaded", $0) }
        }
        output.accepted(line, with: handle)
    }

    /// `send` without a recipient: what waits already goes on, or is given up.
    static func sendWaiting(_ client: Account, _ arguments: Arguments, _ output: Output) async throws {
        guard arguments.switches.contains("--resume") else {
            throw arguments.misused
        }
        let waiting = try await client.outbox.lines()
        await client.outbox.watchFiles { (_, progress) in output.progress("Uploaded", progress) }
        let failure = await client.outbox.sendAll()
        var problem: SottoError?
        for before in waiting {
            guard let now = try await client.chats.line(before.id) else { continue }
            let handle = await other(now, client)
            switch now.delivery {
            case .accepted: output.accepted(now, with: handle)
            case .refused(let refusal):
                output.line(now, with: handle)
                problem = problem ?? error(refusal)
            default:
                output.line(now, with: handle)
                problem = failure ?? now.message.map { .queued($0) }
            }
        }
        if let problem { throw problem }
    }

    /// `send HANDLE --cancel NUMBER`: the file that waits at that line goes nowhere.
    static func cancelFile(_ client: Account, _ arguments: Arguments, _ number: UInt64, _ output: Output) async throws {
        guard arguments.words.count == 1 else { throw arguments.misused }
        let line = try await line([arguments.words[0], "\(number)"], client)
        try await client.outbox.cancel(fileOf: line)
        output.object("cancelled") { (writer) in
            writer.put("chat", line.chat)
            writer.put("number", number: number)
        }
        output.say("Cancelled.")
    }

    static let download = Verb(
        "download", .messages,
        usage: "download HANDLE NUMBER -o OUT [--range A-B | --thumbnail]"
            + " | download --conversation ID NUMBER [MEDIA] [-o OUT]",
        "Fetch the file beside a message and open it, or what a post shows.", words: 1...2,
        options: [
            .init(name: "--output", value: "OUT", help: "A new file for it; also -o. With --range, - prints it."),
            .init(name: "--range", value: "A-B", help: "Only its bytes A to B, from 0; A- to its end."),
            .init(name: "--thumbnail", help: "The small picture inside the message instead; asks no server."),
            .init(name: "--conversation", value: "ID", help: "What that post of it shows, into new files."),
        ]
    ) { (client, arguments, output) in
        if let conversation = try conversation(arguments) {
            return try await downloadMedia(ofPostIn: conversation, client, arguments, output)
        }
        guard let path = arguments.values["--output"] else { throw arguments.misused }
        let line = try await line(arguments.words[...], client)
        guard !arguments.switches.contains("--thumbnail") else {
            return try await saveThumbnail(line, to: path, client, output)
        }
        if let text = arguments.values["--range"] {
            return try await downloadPart(text, of: try await client.media.reader(ofFileOf: line), to: path, output)
        }
        guard path != "-" else { throw UsageError(message: "Only a --range goes to standard output.") }
        let note = try await client.media.download(fileOf: line, to: path) { output.progress("Fetched", $0) }
        output.object("downloaded") { (writer) in
            note.write(fields: &writer)
            writer.put("path", text: path)
        }
        output.say("Saved \(note.byteCount) bytes.")
    }

    /// Into a new file, from what this device has of the message.
    private static func saveThumbnail(
        _ line: LineID, to path: String, _ client: Account, _ output: Output
    ) async throws {
        let thumbnail = try await client.media.saveThumbnail(ofFileOf: line, to: path)
        output.object("thumbnail") { (writer) in
            writer.put("type", text: thumbnail.type)
            writer.put("width", number: UInt64(thumbnail.width))
            writer.put("height", number: UInt64(thumbnail.height))
            writer.put("size", number: UInt64(thumbnail.bytes.count))
            writer.put("path", text: path)
        }
        output.say("Saved a picture of \(thumbnail.width)×\(thumbnail.height), \(thumbnail.bytes.count) bytes.")
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
        let cannotWrite = SottoError.file(.unwritable)
        guard let file = try? NewFile(path) else { throw cannotWrite }
        for try await piece in pieces {
            guard (try? file.append(piece)) != nil else { throw cannotWrite }
        }
        guard (try? file.finish()) != nil else { throw cannotWrite }
        output.object("downloaded") { (writer) in
            reader.note.write(fields: &writer)
            writer.put("path", text: path)
            writer.put("from", number: UInt64(range.lowerBound))
            writer.put("byteCount", number: UInt64(range.count))
        }
        output.say("Saved \(range.count) bytes.")
    }

    /// `A-B` with both ends in it, or `A-`.
    private static func range(_ text: String, of note: FileNote) throws(UsageError) -> Range<Int> {
        let parts = text.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        let end = Int(clamping: note.byteCount)
        guard parts.count == 2, let from = Int(parts[0]), from >= 0 else {
            throw UsageError(message: "--range takes A-B or A-, such as 0-999.")
        }
        guard let last = parts[1].isEmpty ? end - 1 : Int(parts[1]), last >= from, last < end else {
            throw UsageError(message: "The file has \(note.byteCount) bytes; “\(text)” is no part of them.")
        }
        return from..<(last + 1)
    }
}

extension Verb {
    /// Why a message was given up, as its sender would have heard it.
    private static func error(_ refusal: Delivery.Refusal) -> SottoError {
        switch refusal {
        case .problem(let code): .refused(Problem(code, ""))
        case .file(let failure): .file(failure)
        case .keys: .cannotSeal
        case .answer: .unexpectedAnswer
        }
    }
}
