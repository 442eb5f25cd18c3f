import Crypto
import Wire

// Files that posts of open conversations show: the server's bytes, which no key seals.

extension Downloads {
    func info(ofMedia media: MediaID) async throws(ClientError) -> MediaInfo {
        let info = try await patiently(outlastsSilence: false) { () async throws(ClientError) in
            try await signed.run(Endpoints.mediaInfo, media)
        }
        guard info.media == media else { throw .unexpectedAnswer(status: 200) }
        return info
    }

    func download(
        _ info: MediaInfo, to path: String, progress: @Sendable (FileProgress) -> Void = { _ in }
    ) async throws(ClientError) {
        // Not complete yet, or no size of this protocol.
        guard let sha256 = info.sha256 else { throw .file(.none) }
        guard info.byteCount <= Limits.mediaByteCountMax else { throw .file(.tooLong) }
        guard let path = FileSystem.absolutePath(of: path) else { throw .file(.unwritable) }
        guard !FileSystem.isTaken(path) else { throw .file(.exists) }
        let isFirst = underWay.insert(info.media.description).inserted
        defer { if isFirst { underWay.remove(info.media.description) } }
        let output: NewFile
        do {
            output = try Self.newFile(path, for: info.media, isFirst: isFirst)
        } catch {
            throw .file(FileFailure(writing: error))
        }
        var hash = SHA256()
        var offset: UInt64 = 0
        while offset < info.byteCount {
            let end = min(info.byteCount, offset + ClientLimits.downloadPieceByteCount)
            let piece: [UInt8]
            do throws(ClientError) {
                guard !Task.isCancelled else { throw ClientError.file(.stopped) }
                piece = try await fetch(info.media, offset..<end)
            } catch {
                throw Task.isCancelled ? ClientError.file(.stopped) : error
            }
            hash.update(piece)
            do { try output.append(piece) } catch { throw .file(.unwritable) }
            offset = end
            progress(FileProgress(doneByteCount: offset, byteCount: info.byteCount))
        }
        guard hash.finish() == sha256 else { throw .file(.notAuthentic) }
        do { try output.finish() } catch { throw .file(FileFailure(writing: error)) }
    }

    /// Called after the media until it has its name, so that what a kill leaves of it is found, and goes with the next
    /// try; by chance where those are fetched already, or somebody else holds that name.
    private static func newFile(
        _ path: String, for media: MediaID, isFirst: Bool
    ) throws(LocalStoreError) -> NewFile {
        guard isFirst else { return try NewFile(path) }
        NewFile.remove(media, of: path)
        do { return try NewFile(path, partial: media) } catch { return try NewFile(path) }
    }
}
