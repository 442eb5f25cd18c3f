import CLinux
import CVips
import Glibc
import Media

/// Decodes and encodes once in every format, so that types are registered, tables are built and libraries have opened
/// what they open on first use, while they still may.
enum WarmUp {
    static func run() {
        for bands in [3, 4] {
            guard let image = try? Image.black(64, 48, bands: bands) else { continue }
            let encoded = [
                try? image.jpeg(quality: 75), try? image.png(), try? image.webp(quality: 75), try? image.gif(),
            ]
            for bytes in encoded.compactMap(\.self) { decode(bytes) }
        }
        _ = sotto_vips_last_words()
    }

    /// Through a file in memory, since the loaders take descriptors.
    private static func decode(_ bytes: [UInt8]) {
        guard let media = try? Probe().look(inMemory: bytes) else { return }
        let file = Int32(sotto_memory_file())
        guard file >= 0 else { return }
        defer { close(file) }
        guard write(file, bytes, bytes.count) == bytes.count else { return }
        guard let mapped = MappedFile(file, byteCount: bytes.count) else { return }
        defer { withExtendedLifetime(mapped) {} }
        for encoding in [ThumbnailRequest.Encoding.webp, .jpeg] {
            let job = ThumbnailJob(
                media, of: bytes.count, for: ThumbnailRequest(sides: [32, 16], encoding: encoding))
            _ = try? Decoding(job: job).answer(from: mapped)
        }
    }
}
