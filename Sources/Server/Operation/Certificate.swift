import Transport

/// What the server proves itself with to clients, and the files it is read from.
struct Certificate: Sendable {
    let tls: TLSConfiguration
    private let chainFile: String
    private let keyFile: String

    /// `nil` where the settings name none: somebody in front speaks TLS, or nobody does.
    init?(_ configuration: ServerConfiguration) throws(StartError) {
        guard let chainFile = configuration.certificatePath, let keyFile = configuration.privateKeyPath else {
            return nil
        }
        (self.chainFile, self.keyFile) = (chainFile, keyFile)
        do throws(TransportError) {
            tls = try TLSConfiguration(certificateChainFile: chainFile, privateKeyFile: keyFile)
        } catch {
            throw .badCertificate(error)
        }
    }

    /// Reads the same files again.
    /// - Throws: and then everything is as it was.
    func reload() throws(StartError) {
        do throws(TransportError) {
            try tls.reload(certificateChainFile: chainFile, privateKeyFile: keyFile)
        } catch {
            throw .badCertificate(error)
        }
    }
}
