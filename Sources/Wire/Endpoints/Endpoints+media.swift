// Complete media, and uploads by tus 1.0. docs/protocol/media.md

private let area = "media"

extension Endpoints {
    /// In place of an access token.
    public static let ticket = Parameter(
        "ticket", length: 0...200,
        "Of a shared address, in place of an access token: \(Limits.mediaTicketLength) characters.")

    public static let media = Endpoint(
        .get, "/v1/media/{media}", MediaID.self, area: area, "Download, whole or one Range",
        access: .deviceOrCapability, allows: .viewers, home: .place, query: [ticket.facts],
        givesMediaType: "application/octet-stream", answers: AnswerFields.download + [AnswerFields.disposition],
        problems: [.mediaDamaged])

    public static let thumbnail = Endpoint(
        .get, "/v1/media/{media}/thumbnail", MediaID.self, area: area, "A picture made of open media",
        allows: .viewers, home: .place, query: PictureParameters.parameters, givesMediaType: "image/webp",
        answers: AnswerFields.download, problems: [.requiresOpenMode, .mediaNotReady, .mediaDamaged])

    public static let mediaInfo = Endpoint(
        .get, "/v1/media/{media}/info", MediaID.self, area: area, "Size and state; what open media are",
        allows: .viewers, home: .place, gives: MediaInfo.self)

    public static let linkMedia = Endpoint(
        .post, "/v1/media/{media}/link", MediaID.self, area: area, "Make an address that needs no account",
        allows: .viewers, home: .place, reads: MediaLinkRequest.self, gives: MediaLink.self, problems: [.forbidden],
        repetition: Repetition.none)

    public static let leaseMedia = Endpoint(
        .put, "/v1/media/{media}/lease", MediaID.self, area: area,
        "Keep media for longer; whose the lease is is not stored",
        allows: .viewers, home: .place, buckets: [.leases], reads: LeaseRequest.self, gives: MediaInfo.self,
        problems: [.forbidden, .quotaExceeded])

    public static let releaseMedia = Endpoint(
        .delete, "/v1/media/{media}/lease", MediaID.self, area: area, "Let go of media",
        allows: .viewers, home: .place, buckets: [.leases], reads: LeaseRelease.self)

    /// In place of an access token of the account that uploaded.
    public static let deleteCapability = Parameter(
        "Sotto-Delete-Capability", length: 43...43,
        "What the upload was given; a device of the same account needs none.")

    public static let deleteMedia = Endpoint(
        .delete, "/v1/media/{media}", MediaID.self, area: area, "Delete media now, with all that hangs on them",
        access: .deviceOrCapability, allows: .uploader, home: .place, headers: [deleteCapability.facts])

    public static let mediaUsage = Endpoint(
        .get, "/v1/media/usage", area: area, "How much of the account's room is used",
        allows: .all, home: .caller, gives: MediaUsage.self)
}

extension Endpoints {
    /// The version of tus.
    public static let tusVersion = "1.0.0"
    /// What the bytes of an upload come as.
    public static let uploadMediaType = "application/offset+octet-stream"
    /// Fields of its requests.
    public static let tusResumable = Parameter("Tus-Resumable", length: 5...5, "`\(tusVersion)`.")
    public static let uploadOffset = Parameter(
        "Upload-Offset", 0...Limits.mediaByteCountMax, "Where the bytes begin.")
    public static let uploadLength = Parameter("Upload-Length", 1...Limits.mediaByteCountMax, "Bytes in all.")
    public static let uploadMetadata = Parameter(
        "Upload-Metadata", length: 0...4096,
        "`class`, `sha256`, `conversation`, `use`, `lifetime`, `expires`; base64 values.")
    public static let uploadChecksum = Parameter(
        "Upload-Checksum", length: 1...100,
        "`sha256` or `sha1`, a space, and the digest of this body in base64.")

    public static let uploadOptions = Endpoint(
        .options, "/v1/media/uploads", area: area, "What the server speaks of tus, in fields",
        access: .anybody, allows: .all, home: .anywhere, headers: [tusResumable.facts],
        answers: AnswerFields.tusAbilities, alwaysAnswers: AnswerFields.tus, problems: [.uploadVersion])

    // A lost one ends by itself.
    public static let createUpload = Endpoint(
        .post, "/v1/media/uploads", area: area, "Create an upload, with or without its first bytes",
        allows: .all, home: .caller,
        headers: [tusResumable.facts.required, uploadLength.facts.required, uploadMetadata.facts, uploadChecksum.facts],
        readsBytes: ByteBody(mediaType: uploadMediaType, isRequired: false), gives: UploadCreated.self, status: 201,
        answers: AnswerFields.created, alwaysAnswers: AnswerFields.tus,
        problems: [
            .bodyTooLarge, .quotaExceeded, .plaintextInSealed, .requiresOpenMode, .notFound, .forbidden,
            .checksumMismatch, .mediaHashMismatch, .unsupportedMediaType, .uploadVersion,
        ],
        repetition: Repetition.none)

    public static let uploadState = Endpoint(
        .head, "/v1/media/uploads/{upload}", UploadCapability.self, area: area,
        "How many bytes are durable, in Upload-Offset",
        access: .capability, allows: .all, home: .directory, headers: [tusResumable.facts.required], status: 200,
        answers: [AnswerFields.uploadOffset, uploadLength.facts, AnswerFields.uploadExpires],
        alwaysAnswers: AnswerFields.tus,
        problems: [.mediaHashMismatch, .uploadLocked, .uploadVersion])

    public static let appendUpload = Endpoint(
        .patch, "/v1/media/uploads/{upload}", UploadCapability.self, area: area,
        "Append at Upload-Offset; durable when answered",
        access: .capability, allows: .all, home: .directory,
        headers: [tusResumable.facts.required, uploadOffset.facts.required, uploadChecksum.facts],
        readsBytes: ByteBody(mediaType: uploadMediaType, isRequired: true),
        answers: [AnswerFields.uploadOffset, AnswerFields.uploadExpires], alwaysAnswers: AnswerFields.tus,
        problems: [
            .unsupportedMediaType, .uploadOffsetMismatch, .uploadLocked, .bodyTooLarge, .checksumMismatch,
            .mediaHashMismatch, .requestTimeout, .uploadVersion,
        ])

    public static let abandonUpload = Endpoint(
        .delete, "/v1/media/uploads/{upload}", UploadCapability.self, area: area,
        "Give an upload up, with its bytes",
        access: .capability, allows: .all, home: .directory, headers: [tusResumable.facts.required],
        alwaysAnswers: AnswerFields.tus, problems: [.uploadVersion])

    public static let completeUpload = Endpoint(
        .post, "/v1/media/uploads/{upload}/complete", UploadCapability.self, area: area,
        "Finish an upload whose bytes are all there; may be repeated",
        access: .capability, allows: .all, home: .directory, gives: MediaInfo.self,
        problems: [.uploadIncomplete, .mediaHashMismatch, .uploadLocked])
}
