/// The rooms of one account, each made after those that it needs. docs/decisions/0025-client-model.md draws them.
final class Rooms {
    let ground: Ground
    let keyLog: KeyLogFollower
    let signed: SignedCalls
    let contacts: Contacts
    let safetyNumbers: SafetyNumbers
    let ownEntries: OwnEntries
    let deliveryTokens: DeliveryTokens
    let certificates: Certificates
    let sealer: Sealer
    let upkeep: Upkeep
    let transcript: Transcript
    let conversations: Conversations
    let logs: OpenLogs
    let posts: Posts
    let mailer: Mailer
    let uploads: Uploads
    let openUploads: OpenUploads
    let downloads: Downloads
    let mediaDeletions: MediaDeletions
    let files: FileMailer
    let retraction: Retraction
    let reports: Reports
    let receiver: Receiver
    let pictures: Pictures
    let stickerBox: StickerBox
    let preKeyKeeper: PreKeyKeeper
    let registration: Registration
    let deviceLinks: DeviceLinks
    let accountEnd: AccountEnd
    let backups: Backups
    let restoration: Restoration
    let watching: Watching
    let listening: Listening

    init(_ ground: Ground) {
        self.ground = ground
        keyLog = KeyLogFollower(ground)
        signed = SignedCalls(ground, keyLog)
        contacts = Contacts(ground, signed, keyLog)
        safetyNumbers = SafetyNumbers(ground, contacts)
        ownEntries = OwnEntries(ground, signed, contacts)
        deliveryTokens = DeliveryTokens(ground, signed, contacts)
        certificates = Certificates(ground, signed, contacts, keyLog, deliveryTokens)
        sealer = Sealer(ground, signed, contacts, keyLog)
        upkeep = Upkeep(ground)
        transcript = Transcript(ground, upkeep)
        conversations = Conversations(ground, signed, contacts)
        logs = OpenLogs(ground, conversations, upkeep)
        posts = Posts(ground, signed, logs)
        mailer = Mailer(
            ground, signed, contacts, deliveryTokens, certificates, sealer, logs, posts, transcript, upkeep)
        uploads = Uploads(ground, signed)
        openUploads = OpenUploads(ground, signed, uploads)
        downloads = Downloads(ground, signed, transcript, upkeep)
        mediaDeletions = MediaDeletions(ground)
        files = FileMailer(ground, signed, contacts, uploads, openUploads, mailer, transcript, upkeep)
        retraction = Retraction(ground, posts, mailer, files, mediaDeletions, deliveryTokens, transcript, upkeep)
        reports = Reports(ground, signed, transcript)
        receiver = Receiver(ground, contacts, keyLog, deliveryTokens, sealer, upkeep)
        pictures = Pictures(ground, signed, contacts, openUploads)
        stickerBox = StickerBox(ground, mailer, uploads, downloads, mediaDeletions, transcript, upkeep)
        preKeyKeeper = PreKeyKeeper(ground, signed)
        registration = Registration(ground, signed, keyLog, contacts)
        deviceLinks = DeviceLinks(ground, signed, keyLog, contacts, preKeyKeeper)
        accountEnd = AccountEnd(ground, signed, keyLog, mailer)
        backups = Backups(ground, signed, contacts)
        restoration = Restoration(ground, signed, keyLog, contacts)
        watching = Watching(ground, transcript, files, logs, conversations, safetyNumbers)
        listening = Listening(
            ground, signed, contacts, ownEntries, deliveryTokens, certificates, receiver, mailer, files,
            mediaDeletions, preKeyKeeper, backups, logs, watching, upkeep)
    }
}
