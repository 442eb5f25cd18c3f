import Client
import Wire

extension Verb {
    static func send(
        file path: String, to handle: Handle, _ client: Client, _ arguments: Arguments, _ output: Output
    ) async throws {
        let caption = arguments.words.count == 2 ? arguments.words[1] : ""
        let file = OutgoingFile(
            path: path, caption: caption, type: arguments.values["--type"],
            expiresIn: try arguments.seconds("--expires"),
            wantsPreview: !arguments.switches.contains("--no-preview"))
        let entry = try await client.send(file, to: handle) { output.progress("Uploaded", $0) }
        output.accepted(entry)
    }

    /// `send` without a recipient: what waits already goes on, or is given up.
    static func sendWaiting(_ client: Client, _ arguments: Arguments, _ output: Output) async throws {
        if let index = try arguments.number("--cancel") {
            try await client.cancel(fileOf: index)
            output.object("cancelled") { $0.put("index", number: index) }
            return output.say("Cancelled.")
        }
        guard arguments.switches.contains("--resume") else {
            throw UsageError(message: "Usage: sotto \(Verb.send.usage)")
        }
        let waiting = try await client.waitingMessages()
        await client.watchFiles { (index, progress) in output.progress("Line \(index): uploaded", progress) }
        await client.sendOutbox()
        var problem: ClientError?
        for before in waiting {
            guard let now = try await client.history(after: before.index - 1, limit: 1).first,
                now.index == before.index
            else { continue }
            switch now.progress {
            case .accepted: output.accepted(now)
            case .refused:
                output.entry(now)
                problem = problem ?? now.refusal
            default:
                output.entry(now)
                problem = now.message.map { .queued($0) }
            }
        }
        if let problem { throw problem }
    }

    static func download(_ client: Client, _ arguments: Arguments, _ output: Output) async throws {
        guard let index = UInt64(arguments.words[0]), let path = arguments.values["--output"] else {
            throw UsageError(message: "Usage: sotto \(Verb.download.usage)")
        }
        guard !arguments.switches.contains("--thumbnail") else {
            return try await saveThumbnail(index, to: path, client, output)
        }
        let note = try await client.download(fileOf: index, to: path) { output.progress("Fetched", $0) }
        output.object("downloaded") { (writer) in
            note.write(fields: &writer)
            writer.put("path", text: path)
        }
        output.say("Saved \(note.byteCount) bytes.")
    }

    /// Into a new file, from what this device has of the message.
    private static func saveThumbnail(
        _ index: UInt64, to path: String, _ client: Client, _ output: Output
    ) async throws {
        let thumbnail = try await client.saveThumbnail(ofFileOf: index, to: path)
        output.object("thumbnail") { (writer) in
            writer.put("type", text: thumbnail.type)
            writer.put("width", number: UInt64(thumbnail.width))
            writer.put("height", number: UInt64(thumbnail.height))
            writer.put("size", number: UInt64(thumbnail.bytes.count))
            writer.put("path", text: path)
        }
        output.say("Saved a picture of \(thumbnail.width)×\(thumbnail.height), \(thumbnail.bytes.count) bytes.")
    }
}

extension HistoryEntry {
    /// Why it was given up.
    fileprivate var refusal: ClientError {
        if let fileFailure { return .file(fileFailure) }
        return .refused(Problem(problem ?? .internalError, ""))
    }
}
