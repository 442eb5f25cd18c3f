import Glibc
import Server

/// What the server says on standard output once it is up: where it is, and what to type next.
enum Welcome {
    static func print(_ configuration: ServerConfiguration, port: UInt16, adminPort: UInt16) {
        let scheme = configuration.certificatePath == nil ? "http" : "https"
        let address = "\(scheme)://\(bracketed(configuration.host)):\(port)"
        // With TLS a client holds the server to its name.
        let name = configuration.certificatePath == nil ? bracketed(configuration.host) : configuration.serverName
        let text = """
            Sotto is up.
              clients   \(address)
              admin     http://\(bracketed(configuration.adminHost)):\(adminPort) (healthz, readyz, metrics)
              data      \(configuration.dataFolder)
            Next, in another terminal:
              .build/release/sotto register alice --server \(scheme)://\(name):\(port)
            Ctrl-C stops it; nothing accepted is lost.

            """
        // Not `print`: this must be out at once, also into a pipe.
        let bytes = Array(text.utf8)
        _ = bytes.withUnsafeBytes { write(STDOUT_FILENO, $0.baseAddress, $0.count) }
    }

    private static func bracketed(_ host: String) -> String { host.contains(":") ? "[\(host)]" : host }
}
