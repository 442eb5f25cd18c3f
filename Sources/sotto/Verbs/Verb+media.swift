import Client
import Media
import Wire

/// What a server would make of an open image, without one: the same probe, worker and check.
extension Verb {
    /// Exit status for a file that is refused for what it holds.
    static let refusedStatus: Int32 = 3

    static func media(_ arguments: Arguments, _ output: Output) async throws -> Int32 {
        guard arguments.words.first == "thumbnail", arguments.words.count == 2 else {
            throw UsageError(message: "Usage: sotto \(Verb.media.usage)")
        }
        guard let out = arguments.values["--output"] else { throw UsageError(message: "Where to? Say -o FILE.") }
        let request = try request(arguments)
        let file: ReadOnlyFile
        do {
            file = try ReadOnlyFile(path: arguments.words[1])
        } catch {
            throw UsageError(message: "The file \(arguments.words[1]) cannot be read.")
        }
        // Whoever names a file on a command line may look at it.
        guard case .open(let media) = Upload(file, declared: .open) else { return refusedStatus }
        do {
            let pool = WorkerPool(.init(workerPath: try workerPath(arguments)))
            defer { pool.shutdown() }
            let made = try await Thumbnailer(pool: pool).thumbnails(of: media, request)
            guard let picture = made.pictures.first else { throw MediaRefusal.badOutput }
            try write(picture.bytes, to: out)
            if let preview = made.preview, let path = arguments.values["--preview"] {
                try write(preview.bytes, to: path)
            }
            report(made, picture, pool.counts, output)
            return 0
        } catch let refusal as MediaRefusal {
            output.object("refused") { (writer) in
                writer.put("code", text: refusal.code)
                writer.put("message", text: refusal.description)
            }
            Output.complain("refused: \(refusal.description) (\(refusal.code))")
            return refusal.isPassing ? 1 : refusedStatus
        }
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
    private static func write(_ bytes: [UInt8], to path: String) throws(UsageError) {
        do { try NewFile.write(bytes, to: path) } catch {
            throw UsageError(message: "The file \(path) cannot be written.")
        }
    }

    private static func report(
        _ made: Thumbnails, _ picture: Picture, _ counts: WorkerPool.Counts, _ output: Output
    ) {
        let facts = made.facts
        let hash = made.thumbHash.bytes.map { (byte) in
            let digits = String(byte, radix: 16)
            return digits.count == 1 ? "0" + digits : digits
        }.joined()
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
        let traits = [
            facts.isInterlaced ? "interlaced or progressive" : nil, facts.hasAlpha ? "alpha" : nil,
            facts.hasProfile ? "colour profile" : nil, facts.hasEXIF ? "EXIF" : nil,
            facts.isAnimated ? "\(facts.frameCount) frames" : nil,
            facts.orientation > 1 ? "orientation \(facts.orientation)" : nil,
            facts.trailingByteCount > 0 ? "\(facts.trailingByteCount) bytes behind its end" : nil,
        ].compactMap(\.self)
        output.say("probe     \(facts.mediaType), \(facts.width)×\(facts.height)"
            + (traits.isEmpty ? "" : ", " + traits.joined(separator: ", ")))
        let landlock = counts.landlock > 0 ? "landlock \(counts.landlock)" : "no landlock in this kernel"
        output.say("worker    process of its own, \(landlock), system calls filtered")
        output.say("checked   \(made.encoding.mediaType), \(picture.size), \(picture.bytes.count) bytes, no metadata")
        if let preview = made.preview {
            output.say("preview   image/webp, \(preview.size), \(preview.bytes.count) bytes")
        }
        output.say("thumbhash \(hash)")
    }
}
