import Client
import Wire

/// Files that posts of open conversations show.
extension SottoCommand {
    /// `download` of a post: all that it shows, or the one that is named.
    static func downloadMedia(of id: LineID, _ number: SequenceNumber, _ session: CommandSession) async throws {
        let (account, typed, output) = (session.account, session.typed, session.output)
        guard typed.values["--range"] == nil, !typed.has("--thumbnail") else {
            throw UsageError(message: "What was posted is saved whole: no --range, no --thumbnail.")
        }
        let path = typed.values["--output"]
        guard path != "-" else { throw UsageError(message: "What was posted goes to a file.") }
        let name = try typed.words.dropFirst(2).first.map { (word) throws(UsageError) in
            guard let media = MediaID(text: word) else {
                throw UsageError(message: "Media are named by 22 characters, as sotto history shows them.")
            }
            return media
        }
        let line = try await account.chats.line(id)
        guard case .media(let shown, caption: _)? = line?.body else { throw SottoError.file(.none) }
        let wanted = name.map { (name) in shown.filter { $0 == name } } ?? shown
        guard !wanted.isEmpty else { throw UsageError(message: "#\(number) does not show those media.") }
        guard path == nil || wanted.count == 1 else {
            let names = wanted.map(\.description).joined(separator: ", ")
            throw UsageError(message: "Name one of the media of #\(number), or leave -o out: \(names).")
        }
        for media in wanted {
            let info = try await info(of: media, account)
            let target = path ?? "media-\(media)\(suffix(of: info))"
            try await account.media.download(info, to: target) { output.progress("Fetched", $0) }
            output.print(.downloaded, DownloadedRecord(info, type: mediaType(of: info), path: target))
            output.say("Saved \(info.byteCount) bytes as \(target).")
        }
    }

    /// - Throws: ``FileFailure/none`` for media that were deleted since they were heard of.
    private static func info(of media: MediaID, _ account: Account) async throws(SottoError) -> MediaInfo {
        do {
            return try await account.media.info(ofMedia: media)
        } catch {
            throw error.problem?.code == .notFound ? .file(.none) : error
        }
    }

    /// As the server made it out; `nil` where it has not looked, or found nothing that it knows.
    private static func mediaType(of info: MediaInfo) -> String? {
        info.picture?.mediaType ?? info.recording?.mediaType
    }

    /// Of types that the protocol names. No word of the server becomes part of a name.
    private static func suffix(of info: MediaInfo) -> String {
        switch mediaType(of: info) {
        case "image/jpeg": ".jpg"
        case "image/png": ".png"
        case "image/webp": ".webp"
        case "image/gif": ".gif"
        case "image/heif": ".heif"
        case "image/avif": ".avif"
        case "video/mp4": ".mp4"
        case "video/quicktime": ".mov"
        case "video/webm", "audio/webm": ".webm"
        case "video/x-matroska": ".mkv"
        case "audio/x-matroska": ".mka"
        case "video/ogg": ".ogv"
        case "audio/ogg": ".ogg"
        case "audio/mp4": ".m4a"
        case "audio/mpeg": ".mp3"
        case "audio/flac": ".flac"
        case "audio/wav": ".wav"
        default: ""
        }
    }
}
