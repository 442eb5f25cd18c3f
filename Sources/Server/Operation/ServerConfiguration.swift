public import Chat
import Keys
public import Wire

/// Everything that may differ between two deployments, with defaults that are safe.
///
/// Each setting has a flag and an environment variable; the flag wins. ``ServerSettings`` lists them.
public struct ServerConfiguration: Sendable {
    /// Where everything the server keeps is: the database, the lock, later the blobs.
    public var dataFolder = "./data"
    /// Where the files of media are.
    public var mediaFolder: String { dataFolder + "/media" }
    /// What a new store is founded as; drawn when `nil`. An old one that is another does not start.
    public var shard: Shard?
    public var host = "127.0.0.1"
    /// 0 takes any free port.
    public var port: UInt16 = 7420
    public var adminHost = "127.0.0.1"
    public var adminPort: UInt16 = 7421
    /// How the server is called in a login's signed bytes; a device signs for this server only.
    public var serverName = "localhost"
    public var registration: RegistrationMode = .open
    /// Who may add custom emoji.
    public var emoji: EmojiPolicy = .members
    public var certificatePath: String?
    public var privateKeyPath: String?
    /// A reverse proxy in front terminates TLS, so that plain HTTP off loopback is meant.
    var proxies = TrustedProxies.none
    /// Web pages that may read answers and open sockets, such as `https://chat.example.org`.
    public var origins: [String] = []
    /// Who may cosign the key log's tree heads.
    public var witnesses: [Witness] = []
    public var loopCount = 1
    public var logLevel = Log.Level.info
    /// Text on a terminal and JSON elsewhere, unless told.
    public var logForm: Log.Form?
    public var limits = Rates()
    /// Bytes that may wait for one socket before it is closed as a slow consumer. What others send and post stops below
    /// the half of it (``SocketSession/queuedByteCountMark``), and a page fits above that: the rest is for answers to
    /// what the client asks.
    public var socketQueueByteCountMax = 6 * 1024 * 1024
    /// Bytes that may wait for all clients together.
    public var waitingByteCountMax: UInt64 = 64 << 20
    /// Of these, a quarter is for answers between the store and the connections; the rest waits at the connections.
    var answerByteCountMax: Int { Int(clamping: waitingByteCountMax / 4) }
    var heldByteCountMax: Int { Int(clamping: waitingByteCountMax - waitingByteCountMax / 4) }
    public var media = MediaBounds()
    public var accounts = AccountBounds()
    /// What is to stay free on the disk at least, beside a twentieth of it; for whoever opens the store and the place
    /// for files.
    public var diskFloorByteCount: UInt64 = 1 << 30
    /// The program that makes thumbnails of open media; none are made without it.
    public var mediaWorkerPath: String?
    /// Where ffprobe and ffmpeg are, which look at open videos and sounds; empty for none.
    public var mediaProgramsFolder = "/usr/bin"
    public var connectionCountMax = 20_000

    /// How often things may be done.
    public struct Rates: Sendable {
        public var requests = Rate(burst: 2000, perSecond: 500)
        public var refusals = Rate(burst: 600, perSecond: 10)
        public var registrations = Rate(burst: 300, perSecond: 1)
        public var logins = Rate(burst: 600, perSecond: 10)
        public var claims = Rate(burst: 6, perSecond: 1.0 / 600)
        public var sockets = Rate(burst: 600, perSecond: 1)
        public var sends = Rate(burst: 5000, perSecond: 1000)
        public var sealedRequests = Rate(burst: 600, perSecond: 50)
        public var leases = Rate(burst: 200, perSecond: 5)
        public var reports = Rate(burst: 20, perSecond: 1.0 / 600)
        public var deviceLists = Rate(burst: 30, perSecond: 1.0 / 600)
        public var sealedClaims = Rate(burst: 60, perSecond: 1.0 / 60)
        public var sealedDeliveries = Rate(burst: 1000, perSecond: 100)
        public var sealedBytes = Rate(burst: 16 * 1024 * 1024, perSecond: 4096)
    }

    public init() {}

    /// Why a server with these settings must not start: each names the setting and the fix.
    public func problems() -> [String] {
        var problems: [String] = []
        let isLoopback = ["127.0.0.1", "::1", "localhost"].contains(host)
        let hasTLS = certificatePath != nil && privateKeyPath != nil
        if (certificatePath == nil) != (privateKeyPath == nil) {
            problems.append("--tls-certificate and --tls-key go together: give both or neither.")
        }
        if !isLoopback && !hasTLS && proxies == .none {
            problems.append(
                "--listen \(host) is not loopback and there is no TLS: give --tls-certificate and --tls-key, "
                    + "or --behind-proxy when a proxy in front terminates TLS.")
        }
        if !["127.0.0.1", "::1", "localhost"].contains(adminHost) {
            problems.append("--admin must be a loopback address: the admin listener has no login yet.")
        }
        if port != 0, port == adminPort, host == adminHost {
            problems.append("--listen and --admin are one address: give each its own.")
        }
        if !(1...253).contains(serverName.utf8.count) {
            problems.append("--server-name must have 1 to 253 bytes.")
        }
        for origin in origins
        where !(origin.hasPrefix("https://") || origin.hasPrefix("http://")) || origin.hasSuffix("/") {
            problems.append("--cors-origins \(origin) must be a scheme and a host, such as https://chat.example.org.")
        }
        if witnesses.count > Limits.witnessesMax || Set(witnesses.map(\.key)).count != witnesses.count {
            problems.append("--witness names at most \(Limits.witnessesMax) witnesses, each with a key of its own.")
        }
        if !(1...64).contains(loopCount) { problems.append("--loops must be from 1 to 64.") }
        if !(1...Limits.mediaByteCountMax).contains(media.fileByteCountMax) {
            problems.append("--media-file-bytes must be from 1 to \(Limits.mediaByteCountMax).")
        }
        if waitingByteCountMax < 4 << 20 { problems.append("--waiting-bytes must be at least \(4 << 20).") }
        if dataFolder.isEmpty { problems.append("--data must name a folder.") }
        return problems
    }
}
