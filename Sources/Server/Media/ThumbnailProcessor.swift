import Chat
import Media
import Store
import Wire

extension MediaProcessor {
    /// Pictures by the worker pool, and of videos and sounds what ffprobe and ffmpeg find: the bytes are checked, then
    /// lent to another process by a descriptor that can only read.
    static func processor(by workers: MediaWorkers) -> MediaProcessor {
        MediaProcessor { (upload, reader) in
            await verdict(on: upload, reader, ThumbnailRequest(), wantsWaveform: true, by: workers)
        } makeJPEG: { (upload, reader, side) in
            guard side <= UInt64(ThumbnailRequest.sideMax) else { return .failed(MediaRefusal.tooLarge(.side).code) }
            let request = ThumbnailRequest(sides: [max(1, Int(side))], encoding: .jpeg, wantsPreview: false)
            return await verdict(on: upload, reader, request, wantsWaveform: false, by: workers)
        }
    }

    private static func verdict(
        on upload: OpenUpload, _ reader: BlobReader, _ request: ThumbnailRequest, wantsWaveform: Bool,
        by workers: MediaWorkers
    ) async -> Verdict {
        let blob: OpenBlob
        do throws(OpenBlob.Stop) { blob = try await OpenBlob(upload, reader) } catch { return error.verdict }
        if blob.isRecording {
            guard !upload.isImageOnly else { return .failed(MediaRefusal.unsupported(.recording).code) }
            guard let reader = await workers.recordingReader() else { return .later }
            return Verdict(await reader.read(blob.media, request, wantsWaveform: wantsWaveform))
        }
        guard let thumbnailer = await workers.thumbnailer() else { return .later }
        do throws(MediaRefusal) {
            let made = try await thumbnailer.thumbnails(of: blob.media, request)
            let (info, pictures) = pictures(made, of: made.facts.mediaType, made.size)
            return .ready(info, pictures)
        } catch {
            return error.isPassing ? .later : .failed(error.code)
        }
    }

    /// - Parameters:
    ///   - mediaType: of the file they were made of.
    ///   - size: of what is looked at, upright.
    fileprivate static func pictures(
        _ made: Thumbnails, of mediaType: String, _ size: PixelSize
    ) -> (PictureInfo, [Made]) {
        let variant: ThumbnailVariant = made.encoding == .jpeg ? .jpeg : .webp
        let stills = made.pictures.map { Made(side: $0.side, variant: variant, bytes: $0.bytes) }
        let preview = made.preview.map { Made(side: $0.side, variant: .preview, bytes: $0.bytes) }
        let info = PictureInfo(
            mediaType: mediaType, width: UInt64(size.width), height: UInt64(size.height),
            thumbHash: made.thumbHash.bytes, thumbnails: Set(stills.map(\.side)).sorted(), preview: preview?.side)
        return (info, stills + (preview.map { [$0] } ?? []))
    }
}

extension MediaProcessor.Verdict {
    /// What was found stays found, whatever went wrong afterwards.
    init(_ recording: Recording) {
        if let refusal = recording.refusal {
            let info = recording.facts.map { RecordingInfo($0) }
            self = refusal.isPassing ? .later : info.map { .halfRead($0, refusal.code) } ?? .failed(refusal.code)
        } else if let facts = recording.facts {
            let made = recording.poster.map { (poster) in
                MediaProcessor.pictures(poster, of: facts.mediaType, facts.size ?? poster.size)
            }
            self = .recorded(RecordingInfo(facts), made?.0, made?.1 ?? [])
        } else {
            self = .failed(MediaRefusal.undecodable.code)
        }
    }
}

extension RecordingInfo {
    fileprivate init(_ facts: RecordingFacts) {
        self.init(
            mediaType: facts.mediaType, durationMilliseconds: facts.durationMilliseconds.map { UInt64($0) },
            width: facts.size.map { UInt64($0.width) }, height: facts.size.map { UInt64($0.height) },
            waveform: facts.waveform)
    }
}

extension Picture {
    /// Pixels of the longer one.
    fileprivate var side: UInt64 { UInt64(size.longerSide) }
}
