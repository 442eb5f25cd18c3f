import TestKit
import Wire

/// A server with its folder, and people on it.
struct House {
    let folder: TemporaryFolder
    let server: ServerProcess
    let api: APIClient

    static var now: Timestamp { Timestamp(milliseconds: Timestamp.wallClock) }

    init(
        arguments: [String] = [], folder: TemporaryFolder? = nil, prefix: [String] = []
    ) async throws {
        let folder = try folder ?? TemporaryFolder()
        self.folder = folder
        let dataFolder = folder.path + "/data"
        server = try await StartingGate.shared.pass {
            try ServerProcess(dataFolder: dataFolder, arguments: arguments, prefix: prefix)
        }
        api = APIClient(port: server.port)
    }

    /// A registered person, logged in.
    func person(_ name: String, oneTimePreKeyCount: Int = 5) async throws -> Resident {
        let person = Person(name, now: Self.now, oneTimePreKeyCount: oneTimePreKeyCount)
        return Resident(person: person, tokens: try await api.register(person).tokens)
    }

    func socket(_ resident: Resident, form: WireForm = .cbor) async throws -> FrameSocket {
        try await FrameSocket(port: server.port, token: resident.token, form: form)
    }
}

/// A person with tokens.
struct Resident: Sendable {
    let person: Person
    var tokens: TokenPair

    var token: String { tokens.accessToken }
    var account: AccountID { person.account }
    var device: PersonDevice { person.device }
}
