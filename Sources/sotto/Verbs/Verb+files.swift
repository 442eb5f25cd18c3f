import Client
import Wire

extension Verb {
    static func send(
        file path: String, to handle: Handle, _ client: Client, _ arguments: Arguments, _ output: Output
    ) async throws {
        let caption = arguments.words.count == 2 ? arguments.words[1] : ""
        let entry = try await client.send(
            file: path, caption: caption, type: arguments.values["--type"], to: handle
        ) { (progress) in
            output.progress("Uploaded \(progress.doneByteCount) of \(progress.byteCount) bytes …")
        }
        output.accepted(entry)
    }

    static func download(_ client: Client, _ arguments: Arguments, _ output: Output) async throws {
        guard let index = UInt64(arguments.words[0]), let path = arguments.values["--output"] else {
            throw UsageError(message: "Usage: sotto \(Verb.download.usage)")
        }
        let note = try await client.download(fileOf: index, to: path) { (progress) in
            output.progress("Fetched \(progress.doneByteCount) of \(progress.byteCount) bytes …")
        }
        output.object("downloaded") { (writer) in
            note.write(fields: &writer)
            writer.put("path", text: path)
        }
        output.say("Saved \(note.byteCount) bytes.")
    }
}
