@testable import Wire

extension Catalogue {
    static let keys = [
        Specimen(IdentityPayload.self, identity(7)),
        Specimen(DevicePayload.self, device),
        Specimen(DeviceListPayload.self, deviceList),
        Specimen(SignedPreKeyPayload.self, signedPreKey),
        Specimen(OneTimePreKeyPayload.self, OneTimePreKeyPayload(id: .max, key: bytes(32))),
        Specimen(KEMPreKeyPayload.self, kemPreKey),
        Specimen(PreKeyUpload.self, PreKeyUpload(), upload),
        Specimen(
            PreKeyCounts.self,
            PreKeyCounts(
                oneTimePreKeys: 0, kemOneTimePreKeys: 1_000_000, signedPreKeyCreatedAt: nil,
                hasLastResortPreKey: true, hasKEMLastResortPreKey: false)),
        Specimen(
            PreKeyBundlePayload.self,
            PreKeyBundlePayload(
                device: DeviceID(1), registrationID: registrationID(1), identity: identity(0),
                signedPreKey: signedPreKey, oneTimePreKey: nil, lastResortPreKey: nil, kemPreKey: nil)),
        Specimen(
            ClaimedKeys.self,
            ClaimedKeys(account: account, identity: identity(3), deviceList: deviceList, bundles: [])),
    ]

    static let accounts = [
        Specimen(
            RegistrationRequest.self,
            RegistrationRequest(
                handle: handle("z-9"), account: account, identity: identity(9), deviceList: deviceList,
                preKeys: upload, invite: nil)),
        Specimen(Registered.self, Registered(account: account, device: DeviceID(1), tokens: tokens)),
        Specimen(TokenPair.self, tokens),
        Specimen(ChallengeRequest.self, ChallengeRequest(account: account, device: DeviceID(.max))),
        Specimen(Challenge.self, Challenge(challenge: bytes(32), serverName: "chat.example", expiresAt: epoch)),
        Specimen(
            TokenRequest.self, TokenRequest(refreshToken: tokens.refreshToken),
            TokenRequest(
                signed: SignedChallenge(
                    account: account, device: DeviceID(2), challenge: bytes(32), signature: bytes(64)))),
        Specimen(
            SignedChallenge.self,
            SignedChallenge(account: account, device: DeviceID(2), challenge: bytes(32), signature: bytes(64))),
        Specimen(
            AccountDeletionRequest.self, AccountDeletionRequest(challenge: bytes(32), signature: bytes(64))),
        Specimen(
            AccountView.self,
            AccountView(account: account, handle: handle("bob"), identity: identity(1), deviceList: deviceList),
            AccountView(
                account: account, handle: handle("bob"), identity: identity(1), deviceList: deviceList,
                avatar: mediaID)),
        Specimen(DeviceView.self, ownDevice),
        Specimen(DeviceViews.self, DeviceViews(items: [], nextDevice: DeviceID(1)),
            DeviceViews(items: [ownDevice, ownDevice], nextDevice: DeviceID(.max))),
        Specimen(DeviceListChange.self, DeviceListChange(deviceList: deviceList)),
        Specimen(BackupUpload.self, BackupUpload(id: backup.id, tokenHash: bytes(32), blob: [0])),
        Specimen(BackupReceipt.self, BackupReceipt(revision: 1, updatedAt: endOfTime)),
        Specimen(StoredBackup.self, backup),
        Specimen(
            RecoveryView.self,
            RecoveryView(
                backup: backup,
                account: AccountView(
                    account: account, handle: handle("bob"), identity: identity(1), deviceList: deviceList),
                nextDevice: DeviceID(.max))),
    ]

    static let backup = StoredBackup(
        id: BackupID(bytes: SixteenBytes(high: .max, low: 7)), revision: 1 << 53, updatedAt: epoch, blob: bytes(300))

    static let ownDevice = DeviceView(
        device: DeviceID(1), registrationID: registrationID(2), linkedAt: epoch, lastSeenDay: nil)

    static let view = ConversationView(
        conversation: conversation, kind: .dm, mode: .open, title: nil, sealedName: nil, createdAt: epoch,
        memberCount: 2, role: .member, peer: account, head: SequenceNumber(1 << 53), checkpoint: SequenceNumber(0),
        unread: .max)

    static let viewWithImages: ConversationView = {
        var view = Self.view
        (view.image, view.sealedImage) = (mediaID, bytes(1024))
        return view
    }()

    static let member = MemberView(account: account, handle: handle("carol"), role: .admin, joinedAt: endOfTime)

    static let conversations = [
        Specimen(
            NewConversation.self,
            NewConversation(kind: .group, mode: .open, name: "Küche \t \"\\ 水", members: []),
            NewConversation(kind: .dm, sealedName: bytes(1024), members: [account, account])),
        Specimen(ConversationView.self, view, viewWithImages),
        Specimen(
            Page<ConversationView>.self, Page<ConversationView>(items: [], next: nil),
            Page<ConversationView>(items: [view, view], next: "x")),
        Specimen(MemberView.self, member, MemberView(account: account, handle: nil, role: .owner, joinedAt: epoch)),
        Specimen(Page<MemberView>.self, Page<MemberView>(items: [member], next: nil)),
        Specimen(NewMembers.self, NewMembers(accounts: [account])),
        Specimen(RoleChange.self, RoleChange(role: .member)),
        Specimen(Checkpoint.self, Checkpoint(seq: SequenceNumber(1 << 53))),
        Specimen(
            PostRequest.self, PostRequest(clientID: clientID, text: "\r\n\t\u{7F}\u{2028}\u{1F468}\u{200D}\u{1F4BB}"),
            PostRequest(clientID: clientID, body: [0], expiresIn: 5),
            PostRequest(
                clientID: clientID, text: nil, media: [MediaID](repeating: .sample, count: 10), expiresIn: 31_536_000)),
    ]

    static let send = SendRequest(
        clientID: clientID, kind: .handshake,
        copies: (1...3).map { DeviceCopy(device: DeviceID($0), registrationID: registrationID($0), body: bytes(50)) },
        isUrgent: true, isEphemeral: true)

    static let report = ReportView(
        number: ReportNumber(1 << 53), report: bytes(32), reporter: account, sender: sender, standing: .attributed,
        id: MessageID(1), time: epoch, reportedAt: endOfTime, content: [0xA0])

    static let envelope = Envelope(
        number: nil, id: MessageID(.max), time: endOfTime, sender: nil, kind: .control, isUrgent: true, body: [0])

    static let messages = [
        Specimen(DeviceCopy.self, DeviceCopy(device: DeviceID(1), registrationID: registrationID(1), body: [0xFF])),
        Specimen(SendRequest.self, send, SendRequest(clientID: clientID, copies: [])),
        Specimen(
            Accepted.self, Accepted(clientID: clientID, id: MessageID(0), time: epoch),
            Accepted(
                clientID: clientID, id: MessageID(.max), time: endOfTime, conversation: conversation,
                seq: SequenceNumber(1), isReplay: true)),
        Specimen(Envelope.self, envelope),
        Specimen(DeviceAddressPayload.self, sender),
        Specimen(
            SenderCertificatePayload.self,
            SenderCertificatePayload(
                certificate: bytes(SenderCertificatePayload.byteCount), expiresAt: endOfTime,
                attributionKey: bytes(32))),
        Specimen(
            ReportRequest.self,
            ReportRequest(
                id: MessageID(.max), time: endOfTime, sender: nil, commitment: bytes(32), frankingTag: bytes(32),
                frankingKey: bytes(32), content: [0xA0], certificate: bytes(SenderCertificatePayload.byteCount),
                attribution: bytes(32))),
        Specimen(ReportReceipt.self, ReportReceipt(report: bytes(32), standing: .unattributed)),
        Specimen(ReportView.self, report),
        Specimen(Page<ReportView>.self, Page<ReportView>(items: [report, report])),
        Specimen(
            DeliveryTokenSetting.self, DeliveryTokenSetting(hash: nil), DeliveryTokenSetting(hash: bytes(32))),
        Specimen(
            SealedSendRequest.self, SealedSendRequest(clientID: clientID, copies: []),
            SealedSendRequest(
                clientID: clientID, copies: send.copies, isUrgent: true, isEphemeral: true, commitment: bytes(32))),
        Specimen(Page<Envelope>.self, Page(items: [envelope, envelope], next: "2")),
        Specimen(Delivered.self, Delivered(through: QueueNumber(1 << 53))),
    ]

    static let events = [
        Specimen(
            ConversationEvent.self, .membersAdded(.init(accounts: [account])), .memberRemoved(.init(account: account)),
            .roleChanged(.init(account: account, role: .owner)), .created(.sample), .image(.init())),
        Specimen(
            ConversationEvent.Created.self,
            ConversationEvent.Created(kind: .channel, mode: .open, title: "x", sealedName: nil)),
        Specimen(
            ConversationEvent.Message.self, ConversationEvent.Message(clientID: clientID, text: "x", body: nil),
            ConversationEvent.Message(
                clientID: clientID, text: nil, body: nil, media: [MediaID](repeating: .sample, count: 10),
                expiresAt: epoch),
            ConversationEvent.Message(clientID: clientID, text: nil, body: nil, isDeleted: true)),
        Specimen(
            ConversationEvent.MessageDeleted.self, ConversationEvent.MessageDeleted(seq: SequenceNumber(3)),
            ConversationEvent.MessageDeleted(seq: SequenceNumber(1 << 53), reason: .expired)),
        Specimen(
            ConversationEvent.MembersAdded.self,
            ConversationEvent.MembersAdded(accounts: [AccountID](repeating: account, count: 3))),
        Specimen(ConversationEvent.MemberRemoved.self, ConversationEvent.MemberRemoved(account: account)),
        Specimen(ConversationEvent.RoleChanged.self, ConversationEvent.RoleChanged(account: account, role: .admin)),
        Specimen(LogEntry.self, entry),
        Specimen(
            LogPage.self, LogPage(items: [entry, entry], head: SequenceNumber(2)),
            LogPage(items: [entry], head: SequenceNumber(2), next: SequenceNumber(1))),
    ]

    static let entry = LogEntry(
        conversation: conversation, seq: SequenceNumber(1), id: MessageID(2), time: epoch, sender: sender,
        event: .memberRemoved(.init(account: account)))
}
