import Transport

/// Where clients and the operator come in, and what the server proves itself with to them: all that a start needs of
/// the world outside its folder.
struct Entrances: Sendable {
    let clients: Listener
    let admin: Listener
    let certificate: Certificate?

    /// Takes both addresses. Nobody is served yet.
    /// - Throws: and then neither is taken.
    init(_ configuration: ServerConfiguration, on group: EventLoopGroup) throws(StartError) {
        certificate = try Certificate(configuration)
        var options = Listener.Configuration(host: configuration.host, port: configuration.port, tls: certificate?.tls)
        options.connectionCountMax = configuration.connectionCountMax
        options.heldByteCountMax = configuration.heldByteCountMax
        clients = try Self.listener(options, "--listen", on: group)
        admin = try Self.listener(
            Listener.Configuration(host: configuration.adminHost, port: configuration.adminPort), "--admin", on: group)
    }

    private static func listener(
        _ options: Listener.Configuration, _ setting: String, on group: EventLoopGroup
    ) throws(StartError) -> Listener {
        do throws(TransportError) {
            return try Listener.bind(options, on: group)
        } catch {
            throw StartError(error, setting: setting, host: options.host, port: options.port)
        }
    }

    /// Gives both addresses back.
    func close() async {
        await clients.shutdown(within: .zero)
        await admin.shutdown(within: .zero)
    }
}
