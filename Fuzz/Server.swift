import Wire

@testable import Server

extension FuzzTarget {
    static let server = [
        FuzzTarget(name: "targets", byteCountMax: 300) { (bytes) in
            guard let target = try? Target(String(decoding: bytes, as: UTF8.self)) else { return }
            require(target.segments.allSatisfy { !$0.utf8.contains(0) }, "a zero byte in a path")
        },
        FuzzTarget(name: "client-addresses", byteCountMax: 100) { (bytes) in
            let parts = bytes.split(separator: 0, maxSplits: 2, omittingEmptySubsequences: false)
            let texts = parts.map { String(decoding: $0, as: UTF8.self) }
            let proxies = texts.first.flatMap { TrustedProxies($0) } ?? .hops(2)
            let peer = texts.count > 1 ? texts[1] : "10.0.0.1"
            _ = proxies.limitKey(peer: peer, forwarded: Array(texts.dropFirst(2)))
        },
    ]
}
