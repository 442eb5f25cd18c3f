import Transport

/// Why a server did not start though its settings are sound, with the setting and the fix.
public enum StartError: Error, Equatable, CustomStringConvertible {
    /// Somebody else listens there. Sharing the port would hand each of the two a part of the clients.
    case addressInUse(setting: String, address: String)
    case cannotListen(setting: String, address: String, reason: String)
    case badCertificate(reason: String)

    public var description: String {
        switch self {
        case .addressInUse(let setting, let address):
            "\(setting) \(address) is in use: another program listens there. Stop that one, or choose another port."
        case .cannotListen(let setting, let address, let reason):
            "\(setting) \(address) cannot be listened on: \(reason)."
        case .badCertificate(let reason):
            "--tls-certificate and --tls-key cannot be used: \(reason)."
        }
    }

    /// What the transport says of an address that `setting` has named.
    init(_ error: TransportError, setting: String, host: String, port: UInt16) {
        let address = host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
        self =
            switch error {
            case .addressInUse: .addressInUse(setting: setting, address: address)
            case .cannotListen(let reason): .cannotListen(setting: setting, address: address, reason: reason)
            default: .cannotListen(setting: setting, address: address, reason: "\(error)")
            }
    }

    /// What the transport says of a certificate.
    static func badCertificate(_ error: TransportError) -> StartError {
        if case .badCertificate(let reason) = error { .badCertificate(reason: reason) } else {
            .badCertificate(reason: "\(error)")
        }
    }
}
