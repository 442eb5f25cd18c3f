import BlobsEngine
import Crypto
import Store
import TestKit
import Wire

@testable import Chat

/// A server that takes files of 1 for images, but for some sizes, with files on the disk and a clock that the test
/// moves: 3 bytes are nothing it knows, 5 a video, 6 a video of which it reads no more than the head.
final class ImageHouse: Sendable {
    let folder: TemporaryFolder
    let house = ChatHouse()
    let blobs: BlobStore
    let media: MediaHouse
    let alice: DeviceAddress
    let bob: DeviceAddress
    static let recording = RecordingInfo(mediaType: "video/mp4", durationMilliseconds: 7, width: 9, height: 9)

    init() async throws {
        folder = try TemporaryFolder()
        blobs = try DiskBlobs.open(folder: folder.path + "/media")
        media = MediaHouse(
            chat: house.chat, blobs: blobs, bounds: MediaBounds(),
            processor: MediaProcessor { (_, reader) in
                guard reader.blob.byteCount != 3 else { return .failed("unknown-format") }
                let info = PictureInfo(mediaType: "image/png", width: 9, height: 9, thumbHash: [1], thumbnails: [9])
                let made = [MediaProcessor.Made(side: 9, variant: .webp, bytes: [9])]
                switch reader.blob.byteCount {
                case 5: return .recorded(Self.recording, info, made)
                case 6: return .halfRead(Self.recording, "unsupported")
                default: return .ready(info, made)
                }
            })
        alice = try await house.person("alice").address
        bob = try await house.person("bobby").address
        _ = await media.orphans.sweep()
    }

    /// Uploads, and waits until it was looked at. A file of three bytes is no image.
    func upload(
        by owner: DeviceAddress, use: MediaUse? = nil, conversation: ConversationID? = nil, byteCount: UInt64 = 1,
        lifetime: MediaLifetime? = nil
    ) async throws -> MediaID {
        let bytes = [UInt8](repeating: 1, count: Int(byteCount))
        let draft = try UploadDraft(
            in: house.chat.shard, by: owner, mediaClass: use == nil && conversation == nil ? .sealed : .open,
            byteCount: byteCount, sha256: SHA256.hash(bytes), conversation: conversation, use: use,
            lifetime: lifetime, now: house.now)
        let bounds = media.uploads.bounds
        try await house.chat.commit { (turn) throws(Problem) in try turn.createUpload(draft, within: bounds) }
        let writer = try await media.uploads.append(to: draft.row, at: 0)
        try await writer.append(bytes)
        _ = try await writer.finish()
        while media.inspector.inProcessCount > 0 { await Task.yield() }
        return draft.row.media
    }

    /// Does it, and removes the files of what ended.
    func commit<R: Sendable>(_ verb: @escaping @Sendable (inout Turn) throws(Problem) -> R) async throws -> R {
        let result = try await house.chat.commit(verb)
        await media.files.bury()
        return result
    }

    func look<R: Sendable>(_ query: @escaping @Sendable (Look) throws(Problem) -> R) async throws -> R {
        try await house.chat.look(query)
    }

    func sweep() async throws { _ = try await commit { (turn) throws(Problem) in try turn.sweepMedia(limit: 100) } }

    func row(_ id: MediaID) async throws -> MediaRow? {
        try await look { (look) throws(Problem) in try look.tables.row(MediaRow.byID, id) }
    }

    func fileCount() async throws -> Int { try await blobs.list(nil, 1_000).count }

    func conversation(
        _ mode: ConversationMode, _ kind: ConversationKind = .group, with others: [AccountID] = []
    ) async throws -> ConversationID {
        let alice = alice
        return try await house.chat.commit { (turn) throws(Problem) in
            try turn.createConversation(NewConversation(kind: kind, mode: mode, members: others), by: alice)
                .view.conversation
        }
    }

    /// The images that a conversation's log tells of, oldest first.
    func images(in conversation: ConversationID) async throws -> [ConversationImage] {
        let entries = try await look { (look) throws(Problem) in
            try look.tables.entries(of: conversation, .after(SequenceNumber(0)), limit: 100)
        }
        return entries.compactMap { if case .image(let image) = $0.event { image } else { nil } }
    }
}
