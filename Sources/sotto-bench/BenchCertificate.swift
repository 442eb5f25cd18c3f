/// A self-signed certificate for `localhost`, made for one run.
struct BenchCertificate: Sendable {
    let path: String
    let keyPath: String

    /// - Throws: ``BenchError`` where there is no `openssl`.
    init(in folder: String) throws(BenchError) {
        path = "\(folder)/certificate.pem"
        keyPath = "\(folder)/key.pem"
        let words = [
            "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
            "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", keyPath, "-out", path,
        ]
        do throws(BenchError) {
            _ = try ChildProgram.output(of: ["sh", "-c", "exec \"$@\" 2>/dev/null", "sh"] + words, secondsMax: 30)
        } catch {
            throw .server("openssl made no certificate: \(error)")
        }
    }
}
