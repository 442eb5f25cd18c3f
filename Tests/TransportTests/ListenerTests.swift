import Glibc
import Testing

@testable import Transport

@Suite struct ListenerTests {
    private static let get = "GET / HTTP/1.1\r\nHost: x\r\n\r\n"

    @Test("an address has one listener, however many loops either has, and is free again when that is gone")
    func alone() async throws {
        for (ours, theirs) in [(1, 1), (1, 3), (3, 1), (3, 3)] {
            let second = EventLoopGroup(count: theirs)
            defer { second.shutdown() }
            let port = try await TestServer.run(loops: ours, TestServer.mirror) { server in
                for host in ["127.0.0.1", "0.0.0.0"] {
                    #expect(throws: TransportError.addressInUse, "\(ours) loops, then \(theirs) on \(host)") {
                        try Listener.start(
                            .init(host: host, port: server.port), on: second, handler: TestServer.mirror)
                    }
                }
                return server.port
            }
            let next = try Listener.start(.init(port: port), on: second, handler: TestServer.mirror)
            #expect(next.port == port)
            await next.shutdown(within: .zero)
        }
    }

    @Test("who connects before a listener serves waits, and is served then; one that never serves frees its address")
    func bound() async throws {
        let group = EventLoopGroup(count: 2)
        defer { group.shutdown() }
        let unused = try Listener.bind(.init(), on: group)
        #expect(throws: TransportError.addressInUse) { try Listener.bind(.init(port: unused.port), on: group) }
        await unused.shutdown(within: .zero)
        let listener = try Listener.bind(.init(port: unused.port), on: group)
        #expect(listener.port == unused.port)
        let asked = Journal<Void>()
        let status = Task {
            await RawPeer.run(listener.port) { (peer) in
                peer.send(Self.get)
                asked.add(())
                return peer.receiveResponse()?.status
            }
        }
        _ = await asked.wait()
        #expect(listener.totals.accepted == 0)
        listener.serve(TestServer.mirror)
        #expect(await status.value == 200)
        await listener.shutdown(within: .zero)
    }

    @Test("a loop that is held up keeps no connection from the others")
    func heldUp() async throws {
        let gate = Gate()
        let begun = Journal<Void>()
        let handler = Handler(request: { exchange in
            if exchange.head.target == "/hold" {
                begun.add(())
                gate.wait()
            }
            exchange.respond(status: 200)
        })
        try await TestServer.run(loops: 3, handler) { server in
            let hold = "GET /hold HTTP/1.1\r\nHost: x\r\n\r\n"
            let held = Task { await RawPeer.run(server.port) { $0.ask(hold)?.status } }
            _ = await begun.wait()
            let answers = await ownThread {
                (0..<60).count { _ in
                    let peer = RawPeer(port: server.port)
                    peer.timeOut(afterSeconds: 5)
                    return peer.ask(Self.get)?.status == 200
                }
            }
            #expect(answers == 60)
            gate.open()
            #expect(await held.value == 200)
        }
    }

    @Test("connections that stay are spread over the loops, however slowly they come")
    func spread() async throws {
        let counts = Journal<ObjectIdentifier>()
        let handler = Handler(request: { exchange in
            counts.add(ObjectIdentifier(exchange.loop))
            exchange.respond(status: 200)
        })
        try await TestServer.run(loops: 3, handler) { server in
            let all = 90
            let (shares, totals) = await ownThread {
                let peers = (0..<all).compactMap { _ in
                    let peer = RawPeer(port: server.port)
                    return peer.ask(Self.get)?.status == 200 ? peer : nil
                }
                #expect(peers.count == all)
                return (Dictionary(grouping: counts.all) { $0 }.values.map(\.count), server.listener.totals)
            }
            #expect(shares.count == 3)
            #expect((shares.max() ?? 0) - (shares.min() ?? 0) <= 9, "\(shares)")
            #expect(totals.open == all && totals.refused == 0)
        }
    }

    @Test("once one loop's door is closed, the others go on, until all are")
    func closing() async throws {
        for _ in 0..<20 {
            try await TestServer.run(loops: 4, TestServer.mirror) { server in
                await RawPeer.run(server.port) { #expect($0.ask(Self.get)?.status == 200) }
                await server.listener.stopAccepting()
                #expect(server.listener.totals.acceptErrors == 0)
            }
        }
    }
}

/// Holds up the thread that waits there, as something that blocks would.
private final class Gate: Sendable {
    private let ends: (read: Int32, write: Int32)

    init() {
        var ends: [Int32] = [-1, -1]
        pipe(&ends)
        self.ends = (ends[0], ends[1])
    }

    deinit {
        close(ends.read)
        close(ends.write)
    }

    func wait() {
        var byte: UInt8 = 0
        _ = read(ends.read, &byte, 1)
    }

    func open() {
        var byte: UInt8 = 1
        _ = write(ends.write, &byte, 1)
    }
}
