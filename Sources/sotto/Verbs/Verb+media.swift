import Client
import Media
import Wire

/// What a server would make of an open image, without one: the same probe, worker and check.
extension Verb {
    /// Exit status for a file that is refused for what it holds.
    static let refusedStatus: Int32 = 3

    static let media = Verb(
        "media", .pictures,
        usage: "media inspect FILE | media thumbnail FILE -o OUT [--size N] [--jpeg] [--preview OUT] [--worker PATH]",
        "Look at a file or make its thumbnail as the server does, without one; status 3 where refused.", words: 2...2,
        options: [
            .init(name: "--output", value: "OUT", help: "Where the thumbnail goes; also -o."),
            .init(name: "--size", value: "N", help: "Its longer side, 1 to 2048; 320."),
            .init(name: "--jpeg", help: "JPEG instead of WebP."),
            .init(name: "--preview", value: "OUT", help: "Where the short preview of an animation goes."),
            .init(name: "--worker", value: "PATH", help: "The program sotto-media; else the one beside sotto."),
            .init(name: "--programs", value: "FOLDER", help: "Where ffprobe and ffmpeg are; /usr/bin."),
        ],
        .alone(look))

    private static func look(_ arguments: Arguments, _ output: Output) async throws -> Int32 {
        guard arguments.words.count == 2, let wish = arguments.words.first, ["thumbnail", "inspect"].contains(wish)
        else { throw arguments.misused }
        if wish == "thumbnail", arguments.values["--output"] == nil {
            throw UsageError(message: "Where to? Say -o FILE.")
        }
        let file: ReadOnlyFile
        do {
            file = try ReadOnlyFile(path: arguments.words[1])
        } catch {
            throw UsageError(message: "The file \(arguments.words[1]) cannot be read.")
        }
        // Whoever names a file on a command line may look at it.
        guard case .open(let media) = Upload(file, declared: .open) else { return refusedStatus }
        do {
            let isRecording = try Probe().isRecording(media)
            if wish == "inspect" {
                return isRecording ? await inspect(media, arguments, output) : try inspectImage(media, output)
            }
            let request = try request(arguments)
            let pool = WorkerPool(.init(workerPath: try workerPath(arguments)))
            defer { pool.shutdown() }
            if isRecording { return try await poster(of: media, request, pool, arguments, output) }
            let made = try await Thumbnailer(pool: pool).thumbnails(of: media, request)
            guard let picture = made.pictures.first else { throw MediaRefusal.badOutput }
            try write(picture.bytes, to: arguments.values["--output"] ?? "")
            if let preview = made.preview, let path = arguments.values["--preview"] {
                try write(preview.bytes, to: path)
            }
            report(made, picture, pool.counts, output)
            return 0
        } catch let refusal as MediaRefusal {
            return refused(refusal, output)
        }
    }

    /// Says why, and tells a file that is at fault from a machine that is.
    static func refused(_ refusal: MediaRefusal, _ output: Output, hint: String? = nil) -> Int32 {
        let words = refusal.description + (hint.map { ": " + $0 } ?? "")
        output.object("refused") { (writer) in
            writer.put("code", text: refusal.code)
            writer.put("message", text: words)
        }
        Output.complain("refused: \(words) (\(refusal.code))")
        return refusal.isPassing ? 1 : refusedStatus
    }

    /// What the probe alone says of an image.
    private static func inspectImage(_ media: OpenMedia, _ output: Output) throws(MediaRefusal) -> Int32 {
        let facts = try Probe().look(at: media)
        output.object("image") { (writer) in
            writer.put("type", text: facts.mediaType)
            writer.put("width", number: UInt64(facts.width))
            writer.put("height", number: UInt64(facts.height))
            writer.put("frames", number: UInt64(facts.frameCount))
            writer.put("orientation", number: UInt64(facts.orientation))
        }
        output.say("probe     \(describe(facts))")
        return 0
    }

    private static func request(_ arguments: Arguments) throws(UsageError) -> ThumbnailRequest {
        let side = try arguments.number("--size") ?? 320
        guard (1...UInt64(ThumbnailRequest.sideMax)).contains(side) else {
            throw UsageError(message: "--size takes 1 to \(ThumbnailRequest.sideMax).")
        }
        return ThumbnailRequest(
            sides: [Int(side)], encoding: arguments.switches.contains("--jpeg") ? .jpeg : .webp,
            wantsPreview: arguments.values["--preview"] != nil)
    }

    /// Beside this program, unless somebody says where.
    private static func workerPath(_ arguments: Arguments) throws(UsageError) -> String {
        if let path = arguments.values["--worker"] { return path }
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

    private static func report(
        _ made: Thumbnails, _ picture: Picture, _ counts: WorkerPool.Counts, _ output: Output
    ) {
        let facts = made.facts
        let hash = digits(made.thumbHash.bytes)
        output.object("thumbnail") { (writer) in
            writer.put("type", text: facts.mediaType)
            writer.put("width", number: UInt64(made.size.width))
            writer.put("height", number: UInt64(made.size.height))
            writer.put("frames", number: UInt64(facts.frameCount))
            writer.put("orientation", number: UInt64(facts.orientation))
            writer.put("thumbnailType", text: made.encoding.mediaType)
            writer.put("thumbnailWidth", number: UInt64(picture.size.width))
            writer.put("thumbnailHeight", number: UInt64(picture.size.height))
            writer.put("thumbnailBytes", number: UInt64(picture.bytes.count))
            writer.put("thumbHash", text: hash)
            writer.put("landlock", number: UInt64(counts.landlock))
        }
        output.say("probe     \(describe(facts))")
        say(made, picture, counts, output)
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
