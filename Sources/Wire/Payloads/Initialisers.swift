// Printed by Scripts/print-inits from the fields of the records. Do not edit.

extension Accepted {
    /// All its fields.
    public init(
        clientID: ClientID, id: MessageID, time: Timestamp, conversation: ConversationID? = nil,
        seq: SequenceNumber? = nil, isReplay: Bool = false
    ) {
        self.clientID = clientID
        self.id = id
        self.time = time
        self.conversation = conversation
        self.seq = seq
        self.isReplay = isReplay
    }
}

extension AccountDeletionRequest {
    /// All its fields.
    public init(challenge: [UInt8], signature: [UInt8]) {
        self.challenge = challenge
        self.signature = signature
    }
}

extension AccountView {
    /// All its fields.
    public init(
        account: AccountID, handle: Handle, identity: IdentityPayload, deviceList: DeviceListPayload,
        transparency: TransparencyPayload? = nil, avatar: MediaID? = nil
    ) {
        self.account = account
        self.handle = handle
        self.identity = identity
        self.deviceList = deviceList
        self.transparency = transparency
        self.avatar = avatar
    }
}

extension BackupReceipt {
    /// All its fields.
    public init(revision: UInt64, updatedAt: Timestamp) {
        self.revision = revision
        self.updatedAt = updatedAt
    }
}

extension BackupUpload {
    /// All its fields.
    public init(id: BackupID, tokenHash: [UInt8], blob: [UInt8]) {
        self.id = id
        self.tokenHash = tokenHash
        self.blob = blob
    }
}

extension Challenge {
    /// All its fields.
    public init(challenge: [UInt8], serverName: String, expiresAt: Timestamp) {
        self.challenge = challenge
        self.serverName = serverName
        self.expiresAt = expiresAt
    }
}

extension ChallengeRequest {
    /// All its fields.
    public init(account: AccountID, device: DeviceID) {
        self.account = account
        self.device = device
    }
}

extension Checkpoint {
    /// All its fields.
    public init(seq: SequenceNumber) {
        self.seq = seq
    }
}

extension ClaimedKeys {
    /// All its fields.
    public init(
        account: AccountID, identity: IdentityPayload, deviceList: DeviceListPayload, bundles: [PreKeyBundlePayload],
        transparency: TransparencyPayload? = nil
    ) {
        self.account = account
        self.identity = identity
        self.deviceList = deviceList
        self.bundles = bundles
        self.transparency = transparency
    }
}

extension ClientFrame.Authenticate {
    /// All its fields.
    public init(token: String) {
        self.token = token
    }
}

extension ClientFrame.Ping {
    /// All its fields.
    public init(stamp: UInt64) {
        self.stamp = stamp
    }
}

extension ClientFrame.Post {
    /// All its fields.
    public init(conversation: ConversationID, request: PostRequest) {
        self.conversation = conversation
        self.request = request
    }
}

extension ClientFrame.Request {
    /// All its fields.
    public init(id: UInt64, method: String, path: String, idempotencyKey: ClientID? = nil, body: WireValue? = nil) {
        self.id = id
        self.method = method
        self.path = path
        self.idempotencyKey = idempotencyKey
        self.body = body
    }
}

extension ClientFrame.Send {
    /// All its fields.
    public init(to: AccountID, request: SendRequest) {
        self.to = to
        self.request = request
    }
}

extension ConversationEvent.Created {
    /// All its fields.
    public init(kind: ConversationKind, mode: ConversationMode, title: String? = nil, sealedName: [UInt8]? = nil) {
        self.kind = kind
        self.mode = mode
        self.title = title
        self.sealedName = sealedName
    }
}

extension ConversationEvent.MemberRemoved {
    /// All its fields.
    public init(account: AccountID) {
        self.account = account
    }
}

extension ConversationEvent.MembersAdded {
    /// All its fields.
    public init(accounts: [AccountID]) {
        self.accounts = accounts
    }
}

extension ConversationEvent.Message {
    /// All its fields.
    public init(
        clientID: ClientID, text: String? = nil, body: [UInt8]? = nil, media: [MediaID] = [],
        expiresAt: Timestamp? = nil, isDeleted: Bool = false
    ) {
        self.clientID = clientID
        self.text = text
        self.body = body
        self.media = media
        self.expiresAt = expiresAt
        self.isDeleted = isDeleted
    }
}

extension ConversationEvent.MessageDeleted {
    /// All its fields.
    public init(seq: SequenceNumber, reason: DeletionReason? = nil) {
        self.seq = seq
        self.reason = reason
    }
}

extension ConversationEvent.MessagePin {
    /// All its fields.
    public init(seq: SequenceNumber, isPinned: Bool = false) {
        self.seq = seq
        self.isPinned = isPinned
    }
}

extension ConversationEvent.RoleChanged {
    /// All its fields.
    public init(account: AccountID, role: Role) {
        self.account = account
        self.role = role
    }
}

extension ConversationImage {
    /// All its fields.
    public init(media: MediaID? = nil, sealedImage: [UInt8]? = nil) {
        self.media = media
        self.sealedImage = sealedImage
    }
}

extension ConversationView {
    /// All its fields.
    public init(
        conversation: ConversationID, kind: ConversationKind, mode: ConversationMode, title: String? = nil,
        sealedName: [UInt8]? = nil, createdAt: Timestamp, memberCount: UInt64, role: Role, peer: AccountID? = nil,
        head: SequenceNumber, checkpoint: SequenceNumber, unread: UInt64, image: MediaID? = nil,
        sealedImage: [UInt8]? = nil
    ) {
        self.conversation = conversation
        self.kind = kind
        self.mode = mode
        self.title = title
        self.sealedName = sealedName
        self.createdAt = createdAt
        self.memberCount = memberCount
        self.role = role
        self.peer = peer
        self.head = head
        self.checkpoint = checkpoint
        self.unread = unread
        self.image = image
        self.sealedImage = sealedImage
    }
}

extension CosignaturePayload {
    /// All its fields.
    public init(
        key: [UInt8], name: String? = nil, treeSize: UInt64, root: [UInt8], time: Timestamp, signature: [UInt8]
    ) {
        self.key = key
        self.name = name
        self.treeSize = treeSize
        self.root = root
        self.time = time
        self.signature = signature
    }
}

extension Delivered {
    /// All its fields.
    public init(through: QueueNumber) {
        self.through = through
    }
}

extension DeliveryTokenSetting {
    /// All its fields.
    public init(hash: [UInt8]? = nil) {
        self.hash = hash
    }
}

extension DeviceCopy {
    /// All its fields.
    public init(device: DeviceID, registrationID: RegistrationID, body: [UInt8]) {
        self.device = device
        self.registrationID = registrationID
        self.body = body
    }
}

extension DeviceListChange {
    /// All its fields.
    public init(deviceList: DeviceListPayload, preKeys: PreKeyUpload? = nil) {
        self.deviceList = deviceList
        self.preKeys = preKeys
    }
}

extension DeviceListPayload {
    /// All its fields.
    public init(epoch: UInt64, devices: [DevicePayload], signature: [UInt8]) {
        self.epoch = epoch
        self.devices = devices
        self.signature = signature
    }
}

extension DeviceMismatch {
    /// All its fields.
    public init(missing: [DeviceID], extra: [DeviceID], stale: [DeviceID]) {
        self.missing = missing
        self.extra = extra
        self.stale = stale
    }
}

extension DevicePayload {
    /// All its fields.
    public init(device: DeviceID, registrationID: RegistrationID, identity: IdentityPayload) {
        self.device = device
        self.registrationID = registrationID
        self.identity = identity
    }
}

extension DeviceView {
    /// All its fields.
    public init(device: DeviceID, registrationID: RegistrationID, linkedAt: Timestamp, lastSeenDay: Timestamp? = nil) {
        self.device = device
        self.registrationID = registrationID
        self.linkedAt = linkedAt
        self.lastSeenDay = lastSeenDay
    }
}

extension DeviceViews {
    /// All its fields.
    public init(items: [DeviceView], nextDevice: DeviceID) {
        self.items = items
        self.nextDevice = nextDevice
    }
}

extension EmojiView {
    /// All its fields.
    public init(name: EmojiName, media: MediaID, creator: AccountID, createdAt: Timestamp) {
        self.name = name
        self.media = media
        self.creator = creator
        self.createdAt = createdAt
    }
}

extension Envelope {
    /// All its fields.
    public init(
        number: QueueNumber? = nil, id: MessageID, time: Timestamp, sender: DeviceAddressPayload? = nil,
        kind: EnvelopeKind, conversation: ConversationID? = nil, seq: SequenceNumber? = nil, isUrgent: Bool = false,
        commitment: [UInt8]? = nil, frankingTag: [UInt8]? = nil, body: [UInt8]
    ) {
        self.number = number
        self.id = id
        self.time = time
        self.sender = sender
        self.kind = kind
        self.conversation = conversation
        self.seq = seq
        self.isUrgent = isUrgent
        self.commitment = commitment
        self.frankingTag = frankingTag
        self.body = body
    }
}

extension IdentityPayload {
    /// All its fields.
    public init(signingKey: [UInt8], agreementKey: [UInt8]) {
        self.signingKey = signingKey
        self.agreementKey = agreementKey
    }
}

extension ImageChoice {
    /// All its fields.
    public init(media: MediaID) {
        self.media = media
    }
}

extension Invite {
    /// All its fields.
    public init(code: String, uses: UInt64, expiresAt: Timestamp) {
        self.code = code
        self.uses = uses
        self.expiresAt = expiresAt
    }
}

extension KEMPreKeyPayload {
    /// All its fields.
    public init(id: UInt32, key: [UInt8], signature: [UInt8]) {
        self.id = id
        self.key = key
        self.signature = signature
    }
}

extension KeyLogHead {
    /// All its fields.
    public init(head: TreeHeadPayload, cosignatures: [CosignaturePayload]) {
        self.head = head
        self.cosignatures = cosignatures
    }
}

extension KeyLogItem {
    /// All its fields.
    public init(index: UInt64, entry: [UInt8]) {
        self.index = index
        self.entry = entry
    }
}

extension KeyLogPage {
    /// All its fields.
    public init(entries: [UInt8], treeSize: UInt64) {
        self.entries = entries
        self.treeSize = treeSize
    }
}

extension LeaseRelease {
    /// All its fields.
    public init(lease: [UInt8]) {
        self.lease = lease
    }
}

extension LeaseRequest {
    /// All its fields.
    public init(lease: [UInt8], seconds: UInt64) {
        self.lease = lease
        self.seconds = seconds
    }
}

extension LogEntry {
    /// All its fields.
    public init(
        conversation: ConversationID, seq: SequenceNumber, id: MessageID, time: Timestamp,
        sender: DeviceAddressPayload, event: ConversationEvent
    ) {
        self.conversation = conversation
        self.seq = seq
        self.id = id
        self.time = time
        self.sender = sender
        self.event = event
    }
}

extension LogPage {
    /// All its fields.
    public init(items: [LogEntry], head: SequenceNumber, next: SequenceNumber? = nil) {
        self.items = items
        self.head = head
        self.next = next
    }
}

extension MediaInfo {
    /// All its fields.
    public init(
        media: MediaID, mediaClass: MediaClass, state: MediaState, byteCount: UInt64, sha256: [UInt8]? = nil,
        lifetime: MediaLifetime, use: MediaUse? = nil, expiresAt: Timestamp? = nil, picture: PictureInfo? = nil,
        recording: RecordingInfo? = nil, failure: String? = nil
    ) {
        self.media = media
        self.mediaClass = mediaClass
        self.state = state
        self.byteCount = byteCount
        self.sha256 = sha256
        self.lifetime = lifetime
        self.use = use
        self.expiresAt = expiresAt
        self.picture = picture
        self.recording = recording
        self.failure = failure
    }
}

extension MediaLink {
    /// All its fields.
    public init(address: String, expiresAt: Timestamp) {
        self.address = address
        self.expiresAt = expiresAt
    }
}

extension MediaLinkRequest {
    /// All its fields.
    public init(seconds: UInt64) {
        self.seconds = seconds
    }
}

extension MediaUsage {
    /// All its fields.
    public init(count: UInt64, byteCount: UInt64, byteCountMax: UInt64, fileByteCountMax: UInt64) {
        self.count = count
        self.byteCount = byteCount
        self.byteCountMax = byteCountMax
        self.fileByteCountMax = fileByteCountMax
    }
}

extension MemberView {
    /// All its fields.
    public init(account: AccountID, handle: Handle? = nil, role: Role, joinedAt: Timestamp) {
        self.account = account
        self.handle = handle
        self.role = role
        self.joinedAt = joinedAt
    }
}

extension MerkleProofPayload {
    /// All its fields.
    public init(hashes: [UInt8]) {
        self.hashes = hashes
    }
}

extension NewConversation {
    /// All its fields.
    public init(
        kind: ConversationKind, mode: ConversationMode = .sealed, name: String? = nil, sealedName: [UInt8]? = nil,
        members: [AccountID]
    ) {
        self.kind = kind
        self.mode = mode
        self.name = name
        self.sealedName = sealedName
        self.members = members
    }
}

extension NewInvite {
    /// All its fields.
    public init(uses: UInt64 = 1, days: UInt64 = 7) {
        self.uses = uses
        self.days = days
    }
}

extension NewMembers {
    /// All its fields.
    public init(accounts: [AccountID]) {
        self.accounts = accounts
    }
}

extension OneTimePreKeyPayload {
    /// All its fields.
    public init(id: UInt32, key: [UInt8]) {
        self.id = id
        self.key = key
    }
}

extension Page {
    /// All its fields.
    public init(items: [Item], next: String? = nil) {
        self.items = items
        self.next = next
    }
}

extension PictureInfo {
    /// All its fields.
    public init(
        mediaType: String, width: UInt64, height: UInt64, thumbHash: [UInt8], thumbnails: [UInt64],
        preview: UInt64? = nil
    ) {
        self.mediaType = mediaType
        self.width = width
        self.height = height
        self.thumbHash = thumbHash
        self.thumbnails = thumbnails
        self.preview = preview
    }
}

extension PinView {
    /// All its fields.
    public init(entry: LogEntry, pinnedBy: AccountID, pinnedAt: Timestamp) {
        self.entry = entry
        self.pinnedBy = pinnedBy
        self.pinnedAt = pinnedAt
    }
}

extension PreKeyBundlePayload {
    /// All its fields.
    public init(
        device: DeviceID, registrationID: RegistrationID, identity: IdentityPayload, signedPreKey: SignedPreKeyPayload,
        oneTimePreKey: OneTimePreKeyPayload? = nil, lastResortPreKey: SignedPreKeyPayload? = nil,
        kemPreKey: KEMPreKeyPayload? = nil
    ) {
        self.device = device
        self.registrationID = registrationID
        self.identity = identity
        self.signedPreKey = signedPreKey
        self.oneTimePreKey = oneTimePreKey
        self.lastResortPreKey = lastResortPreKey
        self.kemPreKey = kemPreKey
    }
}

extension PreKeyCounts {
    /// All its fields.
    public init(
        oneTimePreKeys: UInt64, kemOneTimePreKeys: UInt64, signedPreKeyCreatedAt: Timestamp? = nil,
        hasLastResortPreKey: Bool, hasKEMLastResortPreKey: Bool
    ) {
        self.oneTimePreKeys = oneTimePreKeys
        self.kemOneTimePreKeys = kemOneTimePreKeys
        self.signedPreKeyCreatedAt = signedPreKeyCreatedAt
        self.hasLastResortPreKey = hasLastResortPreKey
        self.hasKEMLastResortPreKey = hasKEMLastResortPreKey
    }
}

extension PreKeyUpload {
    /// All its fields.
    public init(
        signedPreKey: SignedPreKeyPayload? = nil, oneTimePreKeys: [OneTimePreKeyPayload] = [],
        lastResortPreKey: SignedPreKeyPayload? = nil, kemOneTimePreKeys: [KEMPreKeyPayload] = [],
        kemLastResortPreKey: KEMPreKeyPayload? = nil
    ) {
        self.signedPreKey = signedPreKey
        self.oneTimePreKeys = oneTimePreKeys
        self.lastResortPreKey = lastResortPreKey
        self.kemOneTimePreKeys = kemOneTimePreKeys
        self.kemLastResortPreKey = kemLastResortPreKey
    }
}

extension RecordingInfo {
    /// All its fields.
    public init(
        mediaType: String, durationMilliseconds: UInt64? = nil, width: UInt64? = nil, height: UInt64? = nil,
        waveform: [UInt8]? = nil
    ) {
        self.mediaType = mediaType
        self.durationMilliseconds = durationMilliseconds
        self.width = width
        self.height = height
        self.waveform = waveform
    }
}

extension RecoveryView {
    /// All its fields.
    public init(backup: StoredBackup, account: AccountView, nextDevice: DeviceID) {
        self.backup = backup
        self.account = account
        self.nextDevice = nextDevice
    }
}

extension Registered {
    /// All its fields.
    public init(account: AccountID, device: DeviceID, tokens: TokenPair) {
        self.account = account
        self.device = device
        self.tokens = tokens
    }
}

extension RegistrationRequest {
    /// All its fields.
    public init(
        handle: Handle, account: AccountID, identity: IdentityPayload, deviceList: DeviceListPayload,
        preKeys: PreKeyUpload, invite: String? = nil
    ) {
        self.handle = handle
        self.account = account
        self.identity = identity
        self.deviceList = deviceList
        self.preKeys = preKeys
        self.invite = invite
    }
}

extension ReportReceipt {
    /// All its fields.
    public init(report: [UInt8], standing: ReportStanding) {
        self.report = report
        self.standing = standing
    }
}

extension ReportRequest {
    /// All its fields.
    public init(
        id: MessageID, time: Timestamp, sender: DeviceAddressPayload? = nil, commitment: [UInt8], frankingTag: [UInt8],
        frankingKey: [UInt8], content: [UInt8], certificate: [UInt8]? = nil, attribution: [UInt8]? = nil
    ) {
        self.id = id
        self.time = time
        self.sender = sender
        self.commitment = commitment
        self.frankingTag = frankingTag
        self.frankingKey = frankingKey
        self.content = content
        self.certificate = certificate
        self.attribution = attribution
    }
}

extension ReportView {
    /// All its fields.
    public init(
        number: ReportNumber, report: [UInt8], reporter: AccountID, sender: DeviceAddressPayload,
        standing: ReportStanding, id: MessageID, time: Timestamp, reportedAt: Timestamp, content: [UInt8]
    ) {
        self.number = number
        self.report = report
        self.reporter = reporter
        self.sender = sender
        self.standing = standing
        self.id = id
        self.time = time
        self.reportedAt = reportedAt
        self.content = content
    }
}

extension RoleChange {
    /// All its fields.
    public init(role: Role) {
        self.role = role
    }
}

extension SealedSendRequest {
    /// All its fields.
    public init(
        clientID: ClientID, copies: [DeviceCopy], isUrgent: Bool = false, isEphemeral: Bool = false,
        commitment: [UInt8]? = nil
    ) {
        self.clientID = clientID
        self.copies = copies
        self.isUrgent = isUrgent
        self.isEphemeral = isEphemeral
        self.commitment = commitment
    }
}

extension SendRequest {
    /// All its fields.
    public init(
        clientID: ClientID, kind: EnvelopeKind = .message, copies: [DeviceCopy], isUrgent: Bool = false,
        isEphemeral: Bool = false, commitment: [UInt8]? = nil
    ) {
        self.clientID = clientID
        self.kind = kind
        self.copies = copies
        self.isUrgent = isUrgent
        self.isEphemeral = isEphemeral
        self.commitment = commitment
    }
}

extension SenderCertificatePayload {
    /// All its fields.
    public init(certificate: [UInt8], expiresAt: Timestamp, attributionKey: [UInt8]) {
        self.certificate = certificate
        self.expiresAt = expiresAt
        self.attributionKey = attributionKey
    }
}

extension ServerCard {
    /// All its fields.
    public init(
        serverName: String, serverKey: [UInt8], incarnation: IncarnationID, shard: Shard, registration: String
    ) {
        self.serverName = serverName
        self.serverKey = serverKey
        self.incarnation = incarnation
        self.shard = shard
        self.registration = registration
    }
}

extension ServerFrame.Failure {
    /// All its fields.
    public init(problem: Problem) {
        self.problem = problem
    }
}

extension ServerFrame.Goaway {
    /// All its fields.
    public init(reason: String, retryAfterMilliseconds: UInt64) {
        self.reason = reason
        self.retryAfterMilliseconds = retryAfterMilliseconds
    }
}

extension ServerFrame.Notice {
    /// All its fields.
    public init(topic: Topic, count: UInt64? = nil, media: MediaID? = nil) {
        self.topic = topic
        self.count = count
        self.media = media
    }
}

extension ServerFrame.QueueEmpty {
    /// All its fields.
    public init(through: QueueNumber) {
        self.through = through
    }
}

extension ServerFrame.Refused {
    /// All its fields.
    public init(clientID: ClientID, problem: Problem) {
        self.clientID = clientID
        self.problem = problem
    }
}

extension ServerFrame.Response {
    /// All its fields.
    public init(id: UInt64, status: UInt64, body: WireValue? = nil) {
        self.id = id
        self.status = status
        self.body = body
    }
}

extension ServerTime {
    /// All its fields.
    public init(time: Timestamp) {
        self.time = time
    }
}

extension SignedChallenge {
    /// All its fields.
    public init(account: AccountID, device: DeviceID, challenge: [UInt8], signature: [UInt8]) {
        self.account = account
        self.device = device
        self.challenge = challenge
        self.signature = signature
    }
}

extension SignedPreKeyPayload {
    /// All its fields.
    public init(id: UInt32, key: [UInt8], createdAt: Timestamp, signature: [UInt8]) {
        self.id = id
        self.key = key
        self.createdAt = createdAt
        self.signature = signature
    }
}

extension StoredBackup {
    /// All its fields.
    public init(id: BackupID, revision: UInt64, updatedAt: Timestamp, blob: [UInt8]) {
        self.id = id
        self.revision = revision
        self.updatedAt = updatedAt
        self.blob = blob
    }
}

extension TokenPair {
    /// All its fields.
    public init(accessToken: String, accessExpiresAt: Timestamp, refreshToken: String, refreshExpiresAt: Timestamp) {
        self.accessToken = accessToken
        self.accessExpiresAt = accessExpiresAt
        self.refreshToken = refreshToken
        self.refreshExpiresAt = refreshExpiresAt
    }
}

extension TransparencyPayload {
    /// All its fields.
    public init(
        head: TreeHeadPayload, kind: KeyLogEntryKind, index: UInt64, inclusion: [UInt8], consistency: [UInt8]? = nil
    ) {
        self.head = head
        self.kind = kind
        self.index = index
        self.inclusion = inclusion
        self.consistency = consistency
    }
}

extension TreeHeadPayload {
    /// All its fields.
    public init(log: [UInt8], treeSize: UInt64, root: [UInt8], time: Timestamp, signature: [UInt8]) {
        self.log = log
        self.treeSize = treeSize
        self.root = root
        self.time = time
        self.signature = signature
    }
}

extension UploadCreated {
    /// All its fields.
    public init(
        media: MediaID, capability: UploadCapability, deleteCapability: String, offset: UInt64, expiresAt: Timestamp
    ) {
        self.media = media
        self.capability = capability
        self.deleteCapability = deleteCapability
        self.offset = offset
        self.expiresAt = expiresAt
    }
}
