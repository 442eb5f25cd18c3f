import Client
import Wire

extension Verb {
    static func send(
        file path: String, to handle: Handle, _ client: Client, _ arguments: Arguments, _ output: Output
    ) async throws {
        let caption = arguments.words.count == 2 ? arguments.words[1] : ""
        let entry = try await client.send(
            file: path, caption: caption, type: arguments.values["--type"], to: handle
        ) { output.progress("Uploaded", $0) }
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
        let note = try await client.download(fileOf: index, to: path) { output.progress("Fetched", $0) }
        output.object("downloaded") { (writer) in
            note.write(fields: &writer)
            writer.put("path", text: path)
        }
        output.say("Saved \(note.byteCount) bytes.")
    }
}

extension HistoryEntry {
    /// Why it was given up.
    fileprivate var refusal: ClientError {
        if let fileFailure { return .file(fileFailure) }
        return .refused(Problem(problem ?? .internalError, ""))
    }
}
