import Glibc
import Transport

/// `echo`: serves until the process is ended.
enum EchoVerb {
    static func run(_ arguments: BenchArguments) async throws {
        let group = EventLoopGroup(count: arguments.number("threads", default: 1))
        var tls: TLSConfiguration?
        if let chain = arguments["cert"], let key = arguments["key"] {
            tls = try TLSConfiguration(certificateChainFile: chain, privateKeyFile: key)
        }
        let port = UInt16(clamping: arguments.number("port", default: 9001))
        let echo = try Echo.start(on: group, port: port, tls: tls)
        print("listening on 127.0.0.1:\(echo.listener.port)")
        fflush(nil)
        while true { try await Task.sleep(for: .seconds(3600)) }
    }
}
