import CVips
import Glibc
import Media

/// The media worker. Started by ``WorkerPool`` with a socket as descriptor 3; locks itself in, then decodes one image
/// after the other until the socket closes.
@main
struct Main {
    /// Address space. The libraries take about 150 MB of it without using them.
    private static let memoryByteCountMax = 640 << 20

    static func main() {
        guard CommandLine.arguments.count == 1 else {
            complain("sottod and sotto start it, with a socket and no arguments.")
            exit(2)
        }
        do {
            try Sandbox.closeDescriptors()
            guard sotto_vips_start() == 0 else { exit(3) }
            let landlock = try Sandbox.forbidFiles()
            // Everything that is made on first use, while the libraries may still look for it.
            WarmUp.run()
            try Sandbox.limitResources(memoryByteCountMax: memoryByteCountMax)
            try SystemCallFilter.enter()
            try serve(landlock: landlock)
        } catch let failure as Sandbox.Failure {
            complain("cannot lock itself in: \(failure.rawValue)")
            exit(4)
        } catch {
            exit(0)
        }
    }

    private static func serve(landlock: Int) throws {
        let socket = FrameSocket(descriptor: Sandbox.socket)
        try socket.send(WorkerReply.ready(landlock: landlock, hasHEIF: sotto_vips_has_heif() != 0).bytes)
        while true {
            let (frame, file) = try socket.receiveWithFile(byteCountMax: 4096)
            let reply = reply(to: frame, file)
            if let file { close(file) }
            try socket.send(reply.bytes)
        }
    }

    private static func reply(to frame: [UInt8], _ file: Int32?) -> WorkerReply {
        guard let job = ThumbnailJob(bytes: frame), let file else { return .refused(.badJob, "") }
        if job.format == .heif, sotto_vips_has_heif() == 0 { return .refused(.unsupported, "no HEIF decoder") }
        guard let mapped = MappedFile(file, byteCount: job.byteCount) else { return .refused(.badJob, "") }
        // The images are gone before the file is.
        defer { withExtendedLifetime(mapped) {} }
        do {
            return .done(try Decoding(job: job).answer(from: mapped))
        } catch .contradictory {
            return .refused(.contradictory, "")
        } catch {
            return .refused(.undecodable, String(cString: sotto_vips_last_words()))
        }
    }

    private static func complain(_ text: String) {
        let line = Array("sotto-media: \(text)\n".utf8)
        _ = write(STDERR_FILENO, line, line.count)
    }
}
