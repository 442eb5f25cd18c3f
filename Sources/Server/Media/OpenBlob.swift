import Chat
import Media
import Store

/// An open upload as a file that can be lent to another process: told apart by its first bytes, within the bounds of
/// what it is, and checked against its digests.
struct OpenBlob {
    let media: OpenMedia
    /// A video or a sound.
    let isRecording: Bool

    /// Why there is none.
    struct Stop: Error {
        let verdict: MediaProcessor.Verdict
    }

    /// Of one check, so that a large file lets others in between.
    private static let stretchByteCount: UInt64 = 16 << 20
    private static let headByteCount: UInt64 = 1 << 16

    /// - Parameter upload: that the bytes are open: only of such media is there an `OpenUpload`.
    init(_ upload: OpenUpload, _ reader: BlobReader, limits: MediaLimits = MediaLimits()) async throws(Stop) {
        let byteCount = reader.blob.byteCount
        // By the size alone: nothing is read of what is too large for anything.
        guard byteCount <= UInt64(limits.recordingByteCountMax) else { throw Self.stop(.tooLarge(.bytes)) }
        let head = try await Self.piece(of: reader, at: 0, min(byteCount, Self.headByteCount))
        guard case .file(let file, 0, _) = head else { throw Stop(verdict: .later) }
        do throws(MediaRefusal) {
            let shared = try ReadOnlyFile(sharing: file.descriptor, byteCount: Int(clamping: byteCount))
            guard case .open(let media) = Upload(shared, declared: .open) else { throw .unreadable }
            self.media = media
            isRecording = try Probe(limits: limits).isRecording(media)
            guard isRecording || byteCount <= UInt64(limits.byteCountMax) else { throw .tooLarge(.bytes) }
        } catch {
            throw Self.stop(error)
        }
        var offset: UInt64 = 0
        while offset < byteCount {
            _ = try await Self.piece(of: reader, at: offset, min(byteCount - offset, Self.stretchByteCount))
            offset += Self.stretchByteCount
        }
    }

    private static func piece(
        of reader: BlobReader, at offset: UInt64, _ byteCount: UInt64
    ) async throws(Stop) -> BlobPiece {
        do throws(BlobError) {
            return try await reader.piece(offset, byteCount)
        } catch {
            throw Stop(verdict: MediaProcessor.Verdict(error))
        }
    }

    private static func stop(_ refusal: MediaRefusal) -> Stop {
        Stop(verdict: refusal.isPassing ? .later : .failed(refusal.code))
    }
}
