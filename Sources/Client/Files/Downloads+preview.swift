import Media

/// A small picture that came inside a message, written anew: safe to show.
public struct InlineThumbnail: Sendable, Equatable {
    /// A WebP or JPEG without metadata.
    public let bytes: [UInt8]
    /// `image/webp` or `image/jpeg`.
    public let type: String
    /// In pixels; the longer side has at most 320.
    public let width: Int
    /// In pixels.
    public let height: Int
}

extension AttachmentPreview {
    /// Longer sides, the largest first: the first whose picture is short enough is taken.
    static let sides = [320, 256, 192, 144, 96, 64, 32]

    /// The picture, once it has been through our own check. Nothing of it is decoded.
    /// - Throws: ``ClientError/file(_:)``.
    func checked() throws(ClientError) -> InlineThumbnail {
        guard let encoding = ThumbnailRequest.Encoding.allCases.first(where: { $0.mediaType == thumbnailType }),
            let picture = try? OutputCheck.foreign(thumbnail, as: encoding, sideMax: Self.sides[0])
        else { throw .file(.badPreview) }
        return InlineThumbnail(
            bytes: picture.bytes, type: encoding.mediaType, width: picture.size.width, height: picture.size.height)
    }

    /// - Returns: `nil` when even the smallest picture is too long.
    fileprivate init?(_ made: Thumbnails) {
        guard let picture = made.pictures.first(where: { $0.bytes.count <= Self.thumbnailByteCountMax }) else {
            return nil
        }
        self.init(
            thumbHash: made.thumbHash.bytes, width: UInt64(made.size.width), height: UInt64(made.size.height),
            thumbnail: picture.bytes, thumbnailType: made.encoding.mediaType)
    }
}

extension SottoConfiguration {
    /// What a file that is about to be sent shows before it is fetched.
    ///
    /// - Returns: `nil` where nobody makes one, and for whatever is no image or is refused as one: it never keeps a
    ///   file from being sent.
    func preview(of file: OutgoingFile) async -> AttachmentPreview? {
        guard file.wantsPreview, let thumbnailWorkerPath, let opened = try? ReadOnlyFile(path: file.path),
            // Whoever sends a file may look at it.
            case .open(let media) = Upload(opened, declared: .open),
            // No worker is started for what is no image.
            (try? Probe().look(at: media)) != nil
        else { return nil }
        let pool = WorkerPool(.init(workerPath: thumbnailWorkerPath))
        defer { pool.shutdown() }
        let request = ThumbnailRequest(sides: AttachmentPreview.sides, wantsPreview: false)
        guard let made = try? await Thumbnailer(pool: pool).thumbnails(of: media, request) else { return nil }
        return AttachmentPreview(made)
    }
}

extension Downloads {
    func thumbnail(ofFileOf line: LineID) throws(ClientError) -> InlineThumbnail {
        guard let preview = try attachment(of: try transcript.place(of: line)).preview else { throw .file(.noPreview) }
        return try preview.checked()
    }

    @discardableResult
    func saveThumbnail(ofFileOf line: LineID, to path: String) throws(ClientError) -> InlineThumbnail {
        let thumbnail = try thumbnail(ofFileOf: line)
        do throws(LocalStoreError) {
            let output = try NewFile(path)
            try output.append(thumbnail.bytes)
            try output.finish()
        } catch {
            throw .file(FileFailure(writing: error))
        }
        return thumbnail
    }
}
