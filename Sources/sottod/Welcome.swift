import Glibc
import Server

/// What the server says on standard output once it is up: where it is, and what to type next.
enum Welcome {
    static func print(_ configuration: ServerConfiguration, port: UInt16, adminPort: UInt16) {
        let scheme = configuration.certificatePath == nil ? "http" : "https"
        let host = configuration.host.contains(":") ? "[\(configuration.host)]" : configuration.host
        let address = "\(scheme)://\(host):\(port)"
        let text = """
            Sotto is up.
              clients   \(address)
              admin     http://\(configuration.adminHost):\(adminPort) (healthz, readyz, metrics)
              data      \(configuration.dataFolder)
            Next, in another terminal:
              .build/release/sotto register alice --server \(address)
            Ctrl-C stops it; nothing accepted is lost.

            """
        // Not `print`: this must be out at once, also into a pipe.
        let bytes = Array(text.utf8)
        _ = bytes.withUnsafeBytes { write(STDOUT_FILENO, $0.baseAddress, $0.count) }
    }
}
