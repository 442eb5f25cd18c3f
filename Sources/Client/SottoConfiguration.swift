import Transport
import Wire

/// What a client needs to know besides its folder.
public struct SottoConfiguration: Sendable {
    /// Whose certificates are trusted.
    public enum Trust: Sendable, Equatable {
        /// Those of the system.
        case systemRoots
        /// A PEM file of roots, and no others.
        case rootsFile(String)
    }

    /// The folder of the local store.
    public var folder: String
    /// Whether a folder without an account is made, or filled, as for one that begins. Otherwise it is left as it is.
    public var makesFolder = true
    /// Whether what was made for an account stays when the account is closed and none has begun: none was registered,
    /// or the server has refused it. Otherwise the folder is left as it was before, and gone where there was none.
    public var keepsUnusedFolder = true
    /// Needed to register and to link; afterwards the folder knows.
    public var server: ServerAddress?
    /// Which certificates are trusted, with TLS.
    public var trust: Trust = .systemRoots
    /// How the server must call itself. Without it: with TLS the host, without TLS whatever it says at first contact.
    public var serverName: String?
    /// Lets `http` go beyond this machine, where something else protects the way.
    public var allowsPlainHTTP = false

    /// Does not tell the server who sends, wherever the recipient lets it.
    public var hidesSender = true

    /// The program `sotto-media`, which makes the small pictures that go along with images. Without it, or for what it
    /// does not decode, files are sent without one.
    public var thumbnailWorkerPath: String?

    /// So much longer than a disappearing message itself, its file stays at the server for those who are away.
    public var fileGrace: Duration = .seconds(7 * 86_400)

    /// How many files may wait to be uploaded, and how many sealed bytes of them the folder may hold.
    public var waitingFilesMax = 64
    /// Bytes of all files that wait, sealed, at most.
    public var waitingFileBytesMax: UInt64 = 8 << 30

    /// The folder of one account, and where its server is.
    public init(folder: String, server: ServerAddress? = nil) {
        self.folder = folder
        self.server = server
    }
}

extension SottoConfiguration {
    /// How long the server keeps the file of a message; `nil` for its own default.
    func mediaSeconds(expiresIn: UInt64?) -> UInt64? {
        guard let expiresIn else { return nil }
        let bounds = Limits.expiringMediaSeconds
        let (wanted, isBeyond) = expiresIn.addingReportingOverflow(fileGrace.wholeSeconds)
        return isBeyond ? bounds.upperBound : min(max(wanted, bounds.lowerBound), bounds.upperBound)
    }
}

extension SottoConfiguration.Trust {
    var forTransport: TLSClientConfiguration.Trust {
        switch self {
        case .systemRoots: .systemRoots
        case .rootsFile(let path): .rootsFile(path)
        }
    }
}
