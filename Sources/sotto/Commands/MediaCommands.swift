import Client
import Media
import Wire

/// What a server would make of an open image, without one: the same probe, worker and check.
extension SottoCommand {
    private static let programs = Option(
        name: "--programs", value: "FOLDER", help: "Where ffprobe and ffmpeg are; /usr/bin.")

    static let mediaInspect = SottoCommand(
        "media inspect", words: [.file], options: [programs],
        "Say what a server would make of an open file: its type, size and duration; status 3 where it is refused.",
        examples: ["sotto media inspect lake.jpg"],
        .alone { (typed, output) in try await look(typed, output, wantsPicture: false) })

    static let mediaThumbnail = SottoCommand(
        "media thumbnail", words: [.file],
        options: [
            output,
            .init(name: "--size", value: "N", help: "Its longer side, 1 to 2048; 320."),
            .init(name: "--jpeg", help: "JPEG instead of WebP."),
            .init(name: "--preview", value: "OUT", help: "Where the short preview of an animation goes."),
            .init(name: "--worker", value: "FILE", help: "The program sotto-media; else the one beside sotto."),
            programs,
        ],
        "Make the thumbnail of an open file as a server does, without one; status 3 where it is refused.",
        examples: ["sotto media thumbnail lake.jpg -o small.webp"],
        .alone { (typed, output) in try await look(typed, output, wantsPicture: true) })

    private static func look(
        _ typed: Invocation, _ output: Output, wantsPicture: Bool
    ) async throws -> ExitStatus {
        let path = wantsPicture ? try outputPath(typed) : ""
        let file: ReadOnlyFile
        do {
            file = try ReadOnlyFile(path: try typed.word(0))
        } catch {
            throw UsageError(message: "The file \(Output.oneLine(try typed.word(0))) cannot be read.")
        }
        // Whoever names a file on a command line may look at it.
        guard case .open(let media) = Upload(file, declared: .open) else { return .judgedBad }
        do {
            let isRecording = try Probe().isRecording(media)
            if !wantsPicture {
                return isRecording ? await inspect(media, typed, output) : try inspectImage(media, output)
            }
            let request = try request(typed)
            let pool = WorkerPool(.init(workerPath: try workerPath(typed)))
            defer { pool.shutdown() }
            if isRecording { return try await poster(of: media, request, pool, to: path, typed, output) }
            let made = try await Thumbnailer(pool: pool).thumbnails(of: media, request)
            guard let picture = made.pictures.first else { throw MediaRefusal.badOutput }
            try write(picture.bytes, to: path)
            if let preview = made.preview, let path = typed.values["--preview"] {
                try write(preview.bytes, to: path)
            }
            output.print(
                .thumbnail,
                ThumbnailRecord(
                    made, picture, path: path, previewPath: typed.values["--preview"], landlock: pool.counts.landlock))
            output.say("probe     \(describe(made.facts))")
            say(made, picture, pool.counts, output)
            return .done
        } catch let refusal as MediaRefusal {
            return refused(refusal, output)
        }
    }

    /// Says why, and tells a file that is at fault from a machine that is.
    static func refused(_ refusal: MediaRefusal, _ output: Output, hint: String? = nil) -> ExitStatus {
        let words = refusal.description + (hint.map { ": " + $0 } ?? "")
        output.print(.refused, RefusedRecord(refusal, words))
        Output.complain("refused: \(words) (\(refusal.code))")
        return refusal.isPassing ? .failed : .judgedBad
    }

    /// What the probe alone says of an image.
    private static func inspectImage(_ media: OpenMedia, _ output: Output) throws(MediaRefusal) -> ExitStatus {
        let facts = try Probe().look(at: media)
        output.print(.image, ImageRecord(facts))
        output.say("probe     \(describe(facts))")
        return .done
    }

    private static func request(_ typed: Invocation) throws(UsageError) -> ThumbnailRequest {
        let side = try typed.number("--size") ?? 320
        guard (1...UInt64(ThumbnailRequest.sideMax)).contains(side) else {
            throw UsageError(message: "--size takes 1 to \(ThumbnailRequest.sideMax).")
        }
        return ThumbnailRequest(
            sides: [Int(side)], encoding: typed.switches.contains("--jpeg") ? .jpeg : .webp,
            wantsPreview: typed.values["--preview"] != nil)
    }

    /// Beside this program, unless somebody says where.
    private static func workerPath(_ typed: Invocation) throws(UsageError) -> String {
        if let path = typed.values["--worker"] { return path }
        guard let path = WorkerProgram.path else {
            throw UsageError(message: "There is no sotto-media beside this program; say where: --worker PATH.")
        }
        return path
    }

    /// Whole or not at all: a new file that takes the name when it is complete.
    static func write(_ bytes: [UInt8], to path: String) throws(UsageError) {
        do { try NewFile.write(bytes, to: path) } catch {
            throw UsageError(message: "The file \(path) cannot be written.")
        }
    }

    /// The lines that are the same for an image and for a poster.
    static func say(_ made: Thumbnails, _ picture: Picture, _ counts: WorkerPool.Counts, _ output: Output) {
        let landlock = counts.landlock > 0 ? "landlock \(counts.landlock)" : "no landlock in this kernel"
        output.say("worker    process of its own, \(landlock), system calls filtered")
        output.say("checked   \(made.encoding.mediaType), \(picture.size), \(picture.bytes.count) bytes, no metadata")
        if let preview = made.preview {
            output.say("preview   image/webp, \(preview.size), \(preview.bytes.count) bytes")
        }
        output.say("thumbhash \(digits(made.thumbHash.bytes))")
    }

    static func digits(_ bytes: [UInt8]) -> String {
        bytes.map { (byte) in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
    }

    private static func describe(_ facts: ImageFacts) -> String {
        let traits = [
            facts.isInterlaced ? "interlaced or progressive" : nil, facts.hasAlpha ? "alpha" : nil,
            facts.hasProfile ? "colour profile" : nil, facts.hasEXIF ? "EXIF" : nil,
            facts.isAnimated ? "\(facts.frameCount) frames" : nil,
            facts.orientation > 1 ? "orientation \(facts.orientation)" : nil,
            facts.trailingByteCount > 0 ? "\(facts.trailingByteCount) bytes behind its end" : nil,
        ].compactMap(\.self)
        return "\(facts.mediaType), \(facts.width)×\(facts.height)"
            + (traits.isEmpty ? "" : ", " + traits.joined(separator: ", "))
    }
}
