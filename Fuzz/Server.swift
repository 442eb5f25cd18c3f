import Wire

@testable import Server

extension FuzzTarget {
    static let server = [
        FuzzTarget(name: "targets", byteCountMax: 300) { (bytes) in
            guard let target = try? Target(String(decoding: bytes, as: UTF8.self)) else { return }
            require(target.segments.allSatisfy { !$0.utf8.contains(0) }, "a zero byte in a path")
        },
        FuzzTarget(name: "client-addresses", byteCountMax: 100) { (bytes) in
            let halves = bytes.split(separator: 0, maxSplits: 1).map { String(decoding: $0, as: UTF8.self) }
            _ = ClientAddress.key(peer: halves.first ?? "", forwarded: halves.count == 2 ? halves[1] : nil)
        },
    ]
}
