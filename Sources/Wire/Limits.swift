/// The protocol's bounds, all in one place; `LimitsTests` holds how they relate.
public enum Limits {
    // Sealed messages
    /// One sealed body, after padding. Holds 99,999 Unicode scalars of text and its padding.
    public static let sealedBodyByteCountMax = 512 * 1024
    /// One WebSocket message. The copies of a send for several devices share it.
    public static let frameByteCountMax = 1024 * 1024
    /// The body of a send or a post by HTTP. Holds the longest open text also where JSON writes every scalar of it as
    /// two escapes (`\ud83d\ude00`: 12 bytes); a frame holds it in UTF-8.
    public static let messageByteCountMax = 1536 * 1024
    /// Copies in one pairwise send.
    public static let devicesPerSendMax = 256
    /// One device's queue holds this many envelopes, and bytes of them, from each of three: its own account, those who
    /// know the delivery token, and all others; of the others each has a share. Above it a send is refused.
    public static let queuedEnvelopesMax: UInt64 = 100_000
    public static let queuedByteCountMax = 128 << 20
    public static let queueDays: UInt64 = 45

    // Accounts
    /// ASCII characters of a handle.
    public static let handleLength = 3...32
    /// Devices on one account's list.
    public static let devicesPerAccountMax = 10
    /// How long what proves a device stays good: the token for requests, the one that renews it, the text to sign.
    public static let accessTokenSeconds: UInt64 = 15 * 60
    public static let refreshTokenSeconds: UInt64 = 60 * 86_400
    public static let challengeSeconds: UInt64 = 60

    /// A sealed backup of an account.
    public static let backupByteCountMax = 2 * 1024 * 1024

    /// How long a report waits for whoever runs the server, and how many may wait.
    public static let reportDays: UInt64 = 90
    public static let reportsMax = 10_000
    /// Of these, of one account.
    public static let reportsPerAccountMax = 1_000

    // Prekeys
    /// One-time prekeys of each kind in one upload, and in stock for one device.
    public static let oneTimePreKeysPerUploadMax = 100
    public static let oneTimePreKeysStoredMax = 200
    /// Below this many one-time prekeys the device hears `keys.low`.
    public static let oneTimePreKeysLow = 20

    // The key log
    /// Entries, for ever.
    public static let keyLogSizeMax: UInt64 = 1 << 40
    /// Bytes of one entry.
    public static let keyLogEntryByteCount = 74
    /// Entries in one page.
    public static let keyLogEntriesMax = 1000
    /// The hashes of a proof: at most one for each level of the largest tree, and one.
    public static let merkleProofByteCounts = 0...41 * 32
    /// Witnesses that a server may name.
    public static let witnessesMax = 16

    // Conversations
    /// Unicode scalars of open text.
    public static let textLengthMax = 99_999
    public static let nameLengthMax = 128
    public static let sealedNameByteCountMax = 1024
    public static let membersMax = 999
    public static let membersPerRequestMax = 250
    /// Media of one post.
    public static let mediaPerMessageMax = 10
    /// After how long a message may delete itself.
    public static let messageSeconds: ClosedRange<UInt64> = 5...365 * 86_400

    // Lists
    /// Items of a page when the client does not say, and at most.
    public static let pageItemsDefault = 50
    public static let pageItemsMax = 200
    /// Of a page's entries or envelopes as they are stored; a single one may have more, and JSON writes bytes longer.
    public static let pageByteCountMax = 720 << 10

    // Liveness, announced in `hello`
    /// A client that has nothing to say pings this often; it counts as gone after so long without a frame; and "is
    /// typing" fades by itself after so long.
    public static let heartbeatMilliseconds: UInt64 = 5_000
    public static let offlineAfterMilliseconds: UInt64 = 30_000
    public static let typingMilliseconds: UInt64 = 10_000

    // Media
    /// An upload that is not complete by then is gone.
    public static let uploadSeconds: UInt64 = 24 * 3600
    /// An upload without a single byte by then is gone.
    public static let silentUploadSeconds: UInt64 = 600
    /// Of an account.
    public static let uploadsUnderWayMax = 100
    public static let mediaSeconds: UInt64 = 45 * 86_400
    public static let longMediaSeconds: UInt64 = 365 * 86_400
    public static let expiringMediaSeconds: ClosedRange<UInt64> = 60...45 * 86_400
    public static let leaseSeconds: ClosedRange<UInt64> = 60...365 * 86_400
    public static let leasesPerMediaMax = 64
    public static let mediaLinkSecondsMax: UInt64 = 7 * 86_400
    /// No server takes more for one file.
    public static let mediaByteCountMax: UInt64 = 2 << 30
    /// Of the ticket in a shared address, in characters of base64url.
    public static let mediaTicketLength = 102

    // Avatars, images of conversations, emoji
    /// Of one uploaded file.
    public static let avatarByteCountMax: UInt64 = 8 << 20
    /// Of one uploaded file.
    public static let emojiByteCountMax: UInt64 = 512 << 10
    /// Of the ciphertext that names a sealed conversation's image.
    public static let sealedImageByteCountMax = 1024
    /// What was uploaded for a use and not put to it ends so long after it is complete.
    public static let unusedImageSeconds: UInt64 = 24 * 3600
    /// ASCII characters of an emoji's name.
    public static let emojiNameLength = 2...32
    /// Custom emoji of a server, and of those the ones that one account has added.
    public static let emojiMax = 1_000
    public static let emojiPerAccountMax = 50

    // Idempotency
    /// How long a request with the same key gets the same answer.
    public static let idempotencySeconds: UInt64 = 24 * 3600
}
