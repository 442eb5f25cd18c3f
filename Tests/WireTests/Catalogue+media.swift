@testable import Wire

extension Catalogue {
    static let mediaID = MediaID(bytes: SixteenBytes(high: 7, low: .max))
    static let picture = PictureInfo(
        mediaType: "image/jpeg", width: 4032, height: 3024, thumbHash: bytes(25), thumbnails: [96, 320, 640, 1280],
        preview: 320)

    static let recording = RecordingInfo(
        mediaType: "video/mp4", durationMilliseconds: 12_480, width: 1080, height: 1920, waveform: bytes(100))

    static let media = [
        Specimen(
            UploadCreated.self,
            UploadCreated(
                media: mediaID, capability: UploadCapability([UInt8](repeating: 0xBB, count: 32)),
                deleteCapability: String(repeating: "-", count: 43), offset: 1 << 53, expiresAt: endOfTime)),
        Specimen(
            MediaInfo.self,
            MediaInfo(
                media: mediaID, mediaClass: .sealed, state: .uploading, byteCount: 0, sha256: nil, lifetime: .pinned,
                expiresAt: nil),
            MediaInfo(
                media: mediaID, mediaClass: .open, state: .ready, byteCount: 1 << 31, sha256: bytes(32),
                lifetime: .usual, expiresAt: epoch, picture: picture),
            MediaInfo(
                media: mediaID, mediaClass: .open, state: .ready, byteCount: 1, sha256: bytes(32), lifetime: .pinned,
                use: .avatar, expiresAt: nil, picture: picture),
            MediaInfo(
                media: mediaID, mediaClass: .open, state: .failed, byteCount: 1, sha256: bytes(32),
                lifetime: .expiring, expiresAt: endOfTime, failure: "unknown-format"),
            MediaInfo(
                media: mediaID, mediaClass: .open, state: .ready, byteCount: 1 << 31, sha256: bytes(32),
                lifetime: .usual, expiresAt: epoch, picture: picture, recording: recording)),
        Specimen(PictureInfo.self, picture),
        Specimen(RecordingInfo.self, recording, RecordingInfo(mediaType: "audio/mpeg")),
        Specimen(
            MediaUsage.self,
            MediaUsage(count: 1, byteCount: 2, byteCountMax: 1 << 53, fileByteCountMax: Limits.mediaByteCountMax)),
        Specimen(MediaLinkRequest.self, MediaLinkRequest(seconds: Limits.mediaLinkSecondsMax)),
        Specimen(MediaLink.self, MediaLink(address: "/v1/media/x?ticket=y", expiresAt: epoch)),
        Specimen(LeaseRequest.self, LeaseRequest(lease: bytes(32), seconds: Limits.leaseSeconds.upperBound)),
        Specimen(LeaseRelease.self, LeaseRelease(lease: bytes(32, 0))),
    ]
}
