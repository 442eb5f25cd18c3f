import Chat
import Keys
import Wire

/// What the server says of itself.
enum ServerRoutes {
    /// Printed at the first request, then kept.
    private static let openAPI = encoded(OpenAPI.document(of: Route.all.map(\.endpoint)))
    private static let asyncAPI = encoded(AsyncAPI.document(version: Release.version))

    private static func encoded(_ value: WireValue) -> [UInt8] {
        var writer = WireWriter(form: .json)
        value.write(to: &writer)
        return writer.bytes
    }

    static let all: [Route] = [
        Route(Endpoints.serverCard) { (call) throws(Problem) in
            let configuration = call.services.configuration
            return ServerCard(
                serverName: configuration.serverName, serverKey: call.services.signingKey.publicKey.bytes,
                incarnation: call.services.incarnation, shard: call.chat.shard,
                registration: configuration.registration.rawValue)
        },
        Route(Endpoints.capabilities) { (_) throws(Problem) in Capabilities() },
        Route(Endpoints.time) { (call) throws(Problem) in ServerTime(time: call.chat.clock()) },
        .bytes(Endpoints.openAPI) { (_) throws(Problem) in openAPI },
        .bytes(Endpoints.asyncAPI) { (_) throws(Problem) in asyncAPI },
    ]
}
