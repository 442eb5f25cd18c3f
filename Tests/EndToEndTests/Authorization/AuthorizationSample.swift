import Crypto
import TestKit
import Wire

/// How one endpoint is asked, so that whoever may is answered with a known status.
struct AuthorizationSample: Sendable {
    /// What a request says, besides who asks.
    struct Ask {
        var target: String
        var body: (any WireRecord)?
        var headers: [(String, String)]

        init(_ target: String, _ body: (any WireRecord)? = nil, headers: [(String, String)] = []) {
            self.target = target
            self.body = body
            self.headers = headers
        }
    }

    /// What it is about, and so what is made anew for each cell.
    enum Matter {
        case nothing, conversation, media, upload, emoji, backup, recipient
    }

    let endpoint: EndpointFacts
    let matter: Matter
    /// Conversations that it can be asked about.
    let scenes: [(ConversationKind, ConversationMode)]
    /// Of one who may.
    let status: Int
    let ask: @Sendable (AuthorizationWorld) -> Ask
    /// What the body is, with every field that it may have; `nil` where there is no body.
    let catalogued: (any WireRecord)?

    private static let groups: [(ConversationKind, ConversationMode)] = [(.group, .open), (.group, .sealed)]

    /// - Parameter status: where what is asked goes wrong for another reason than who asks.
    init<Reads, Gives, each Place>(
        _ endpoint: Endpoint<Reads, Gives, repeat each Place>, about matter: Matter = .nothing,
        in scenes: [(ConversationKind, ConversationMode)]? = nil, status: Int? = nil,
        _ ask: @escaping @Sendable (AuthorizationWorld) -> Ask
    ) {
        self.endpoint = endpoint.facts
        self.matter = matter
        self.scenes = scenes ?? (matter == .conversation ? Self.groups : [(.group, .open)])
        self.status = status ?? endpoint.facts.status
        self.ask = ask
        catalogued = endpoint.facts.reads == nil ? nil : Reads.sample
    }

    /// As for a list or a thing of the asker's own.
    init<Gives>(_ endpoint: Endpoint<Nothing, Gives>, status: Int? = nil) {
        self.init(endpoint, status: status) { (_) in Ask(endpoint.target()) }
    }
}

extension AuthorizationSample {
    static let everywhere: [(ConversationKind, ConversationMode)] = [
        (.group, .open), (.group, .sealed), (.channel, .open), (.channel, .sealed), (.dm, .open), (.dm, .sealed),
    ]
    private static let withLog: [(ConversationKind, ConversationMode)] = [
        (.group, .open), (.group, .sealed), (.channel, .open), (.dm, .open),
    ]
    private static let sealed: [(ConversationKind, ConversationMode)] = [(.group, .sealed), (.channel, .sealed)]

    static let conversations: [AuthorizationSample] = [
        .init(Endpoints.createConversation) { (world) in
            Ask(
                Endpoints.createConversation.target(),
                NewConversation(kind: .group, mode: .open, members: [world.victim.account]))
        },
        .init(Endpoints.conversations),
        .init(Endpoints.conversation, about: .conversation, in: everywhere) { (world) in
            Ask(Endpoints.conversation.target(world.scene.conversation))
        },
        .init(Endpoints.members, about: .conversation, in: everywhere) { (world) in
            Ask(Endpoints.members.target(world.scene.conversation))
        },
        .init(Endpoints.addMembers, about: .conversation, in: everywhere) { (world) in
            Ask(
                Endpoints.addMembers.target(world.scene.conversation), NewMembers(accounts: [world.victim.account]))
        },
        .init(Endpoints.changeRole, about: .conversation, in: everywhere) { (world) in
            Ask(
                Endpoints.changeRole.target(world.scene.conversation, world.victim.account),
                RoleChange(role: .admin))
        },
        .init(Endpoints.removeMember, about: .conversation, in: everywhere.filter { $0 != (.dm, .open) }) { (world) in
            Ask(Endpoints.removeMember.target(world.scene.conversation, .other(world.victim.account)))
        },
        .init(Endpoints.post, about: .conversation, in: withLog) { (world) in
            Ask(Endpoints.post.target(world.scene.conversation), PostRequest.some(in: world.scene.mode))
        },
        .init(Endpoints.log, about: .conversation, in: everywhere) { (world) in
            Ask(Endpoints.log.target(world.scene.conversation))
        },
        .init(Endpoints.deleteMessage, about: .conversation, in: withLog) { (world) in
            Ask(Endpoints.deleteMessage.target(world.scene.conversation, world.scene.seq))
        },
        .init(Endpoints.moveCheckpoint, about: .conversation, in: everywhere) { (world) in
            Ask(
                Endpoints.moveCheckpoint.target(world.scene.conversation), Checkpoint(seq: SequenceNumber(1)))
        },
        .init(Endpoints.setConversationImage, about: .conversation, in: sealed) { (world) in
            Ask(
                Endpoints.setConversationImage.target(world.scene.conversation),
                ConversationImage(sealedImage: [1, 2, 3]))
        },
        .init(Endpoints.removeConversationImage, about: .conversation, in: everywhere) { (world) in
            Ask(Endpoints.removeConversationImage.target(world.scene.conversation))
        },
    ]

    static let messages: [AuthorizationSample] = [
        .init(Endpoints.send) { (world) in
            Ask(
                Endpoints.send.target(world.victim.account),
                SendRequest(clientID: .random(), kind: .message, copies: [world.victim.device.copy([1])]))
        },
        .init(Endpoints.queue),
        .init(Endpoints.delivered) { (_) in
            Ask(Endpoints.delivered.target(), Delivered(through: QueueNumber(0)))
        },
        .init(Endpoints.setDeliveryToken) { (_) in
            Ask(Endpoints.setDeliveryToken.target(), DeliveryTokenSetting(hash: nil))
        },
        .init(Endpoints.deliveryToken),
        // A report of what nobody sent.
        .init(Endpoints.report, status: 422) { (world) in
            Ask(Endpoints.report.target(), ReportRequest.sample)
        },
    ]

    static let accounts: [AuthorizationSample] = [
        .init(Endpoints.account) { (world) in Ask(Endpoints.account.target(.other(world.victim.account))) },
        .init(Endpoints.handle) { (world) in Ask(Endpoints.handle.target(world.victim.person.handle)) },
        // Inside a socket or with another token there would be nobody left for the other cells.
        .init(Endpoints.logOut, status: 400) { (_) in
            Ask(Endpoints.logOut.target(), headers: [("Idempotency-Key", "")])
        },
        .init(Endpoints.devices),
        // Signed by nobody.
        .init(Endpoints.changeDevices, status: 422) { (world) in
            Ask(
                Endpoints.changeDevices.target(),
                DeviceListChange(deviceList: world.victim.person.list(epoch: 2, [world.victim.device])))
        },
        .init(Endpoints.deleteAccount, status: 422) { (_) in
            Ask(Endpoints.deleteAccount.target(), AccountDeletionRequest.sample)
        },
        .init(Endpoints.putBackup, status: 428) { (_) in
            Ask(Endpoints.putBackup.target(), BackupUpload.sample)
        },
        .init(Endpoints.backup, status: 404),
        .init(Endpoints.removeBackup),
    ]

    static let keys: [AuthorizationSample] = [
        .init(Endpoints.uploadKeys, status: 422) { (world) in
            Ask(Endpoints.uploadKeys.target(), world.victim.device.upload)
        },
        .init(Endpoints.keyCounts),
        .init(Endpoints.senderCertificate),
        .init(Endpoints.claimKeys) { (world) in Ask(Endpoints.claimKeys.target(world.victim.account)) },
        .init(Endpoints.accountLog) { (world) in Ask(Endpoints.accountLog.target(.other(world.victim.account))) },
    ]

    static let media: [AuthorizationSample] = [
        .init(Endpoints.media, about: .media) { (world) in Ask(Endpoints.media.target(world.scene.media)) },
        // It is text.
        .init(Endpoints.thumbnail, about: .media, status: 409) { (world) in
            Ask(Endpoints.thumbnail.target(world.scene.media))
        },
        .init(Endpoints.mediaInfo, about: .media) { (world) in Ask(Endpoints.mediaInfo.target(world.scene.media)) },
        .init(Endpoints.linkMedia, about: .media) { (world) in
            Ask(Endpoints.linkMedia.target(world.scene.media), MediaLinkRequest(seconds: 60))
        },
        .init(Endpoints.leaseMedia, about: .media) { (world) in
            Ask(
                Endpoints.leaseMedia.target(world.scene.media),
                LeaseRequest(lease: world.scene.secret, seconds: 60))
        },
        .init(Endpoints.releaseMedia, about: .media) { (world) in
            Ask(Endpoints.releaseMedia.target(world.scene.media), LeaseRelease(lease: world.scene.secret))
        },
        .init(Endpoints.deleteMedia, about: .media) { (world) in
            Ask(Endpoints.deleteMedia.target(world.scene.media))
        },
        .init(Endpoints.mediaUsage),
        .init(Endpoints.createUpload, status: 400) { (_) in
            Ask(Endpoints.createUpload.target(), headers: [("Tus-Resumable", Endpoints.tusVersion)])
        },
    ]

    static let images: [AuthorizationSample] = [
        .init(Endpoints.setAvatar, status: 404) { (world) in
            Ask(Endpoints.setAvatar.target(), ImageChoice(media: world.scene.media))
        },
        .init(Endpoints.removeAvatar),
        .init(Endpoints.avatar, status: 404) { (world) in
            Ask(Endpoints.avatar.target(.other(world.victim.account)))
        },
        .init(Endpoints.emoji),
        .init(Endpoints.addEmoji, status: 404) { (world) in
            Ask(Endpoints.addEmoji.target(world.scene.emoji), ImageChoice(media: world.scene.media))
        },
        .init(Endpoints.removeEmoji, about: .emoji) { (world) in Ask(Endpoints.removeEmoji.target(world.scene.emoji)) },
        .init(Endpoints.emojiImage, about: .emoji) { (world) in Ask(Endpoints.emojiImage.target(world.scene.emoji)) },
    ]

    private static let tus = [("Tus-Resumable", Endpoints.tusVersion)]

    static let capabilities: [AuthorizationSample] = [
        .init(Endpoints.uploadState, about: .upload) { (world) in
            Ask(Endpoints.uploadState.target(world.scene.upload), headers: tus)
        },
        .init(Endpoints.appendUpload, about: .upload) { (world) in
            let fields = [("Content-Type", "application/offset+octet-stream"), ("Upload-Offset", "0")]
            return Ask(Endpoints.appendUpload.target(world.scene.upload), headers: tus + fields)
        },
        .init(Endpoints.abandonUpload, about: .upload) { (world) in
            Ask(Endpoints.abandonUpload.target(world.scene.upload), headers: tus)
        },
        // Its bytes have not come.
        .init(Endpoints.completeUpload, about: .upload, status: 409) { (world) in
            Ask(Endpoints.completeUpload.target(world.scene.upload))
        },
        .init(Endpoints.recovery, about: .backup) { (world) in
            Ask(Endpoints.recovery.target(world.scene.backup), headers: world.backupToken)
        },
        // The list is the one that is known.
        .init(Endpoints.recoverDevices, about: .backup, status: 409) { (world) in
            Ask(
                Endpoints.recoverDevices.target(world.scene.backup),
                DeviceListChange(deviceList: world.victim.person.list(epoch: 1, [world.victim.device])),
                headers: world.backupToken)
        },
        .init(Endpoints.sealedSend, about: .recipient) { (world) in
            Ask(
                Endpoints.sealedSend.target(world.scene.account),
                SealedSendRequest(clientID: .random(), copies: [world.victim.device.copy([1])]),
                headers: world.deliveryToken)
        },
        .init(Endpoints.sealedClaim, about: .recipient) { (world) in
            Ask(Endpoints.sealedClaim.target(world.scene.account), headers: world.deliveryToken)
        },
        .init(Endpoints.sealedAccount, about: .recipient) { (world) in
            Ask(Endpoints.sealedAccount.target(world.scene.account), headers: world.deliveryToken)
        },
    ]

    static let anybody: [AuthorizationSample] = [
        .init(Endpoints.serverCard), .init(Endpoints.capabilities), .init(Endpoints.time),
        .init(Endpoints.openAPI), .init(Endpoints.asyncAPI), .init(Endpoints.keyLogHead),
        .init(Endpoints.keyLogEntries), .init(Endpoints.uploadOptions),
        .init(Endpoints.keyLogConsistency) { (_) in
            let sizes = [Endpoints.smallerSize(1), Endpoints.largerSize(2)]
            return Ask(Endpoints.keyLogConsistency.target(query: sizes))
        },
        .init(Endpoints.keyLogInclusion) { (_) in
            Ask(Endpoints.keyLogInclusion.target(query: [Endpoints.entryIndex(0), Endpoints.inTreeSize(1)]))
        },
        // No witness is named.
        .init(Endpoints.cosign, status: 403) { (_) in Ask(Endpoints.cosign.target(), CosignaturePayload.sample) },
        .init(Endpoints.register) { (_) in
            let name = "person-\(UInt32.random(in: 1...(.max)))"
            return Ask(
                Endpoints.register.target(),
                Person(name, now: House.now, oneTimePreKeyCount: 0).registration())
        },
        .init(Endpoints.challenge) { (world) in
            Ask(
                Endpoints.challenge.target(),
                ChallengeRequest(account: world.victim.account, device: world.victim.device.address.device))
        },
        .init(Endpoints.token, status: 400) { (_) in
            Ask(Endpoints.token.target(), TokenRequest(refreshToken: "short"))
        },
    ]
}
