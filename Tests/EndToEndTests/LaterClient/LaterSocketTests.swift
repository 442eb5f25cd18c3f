import TestKit
import Testing
import Transport
import Wire

@testable import Server

/// A client of a later version on a socket: each frame beyond this version is told by an `error`, and the socket goes
/// on, up to the bound that docs/protocol/socket.md names.
@Suite("A later client on a socket") struct LaterSocketTests {
    /// A frame of each kind with everything in it, as one that the later client would build upon.
    private static let frames: [(ClientFrame, Schema)] = [
        .send(.sample), .post(.sample), .delivered(.sample), .request(.sample), .ping(.sample),
    ].map { ($0, ClientFrame.schema) }

    private func send(_ value: WireValue, on socket: FrameSocket) {
        let bytes = value.encoded(as: socket.form)
        switch socket.form {
        case .cbor: socket.socket.send(binary: bytes)
        case .json: socket.socket.send(text: SharedBytes(bytes))
        }
    }

    /// The socket answers, and nothing else came before.
    private func stillWorks(_ socket: FrameSocket, stamp: UInt64) async throws -> Bool {
        socket.send(.ping(.init(stamp: stamp)))
        return try await socket.next() == .pong(.init(stamp: stamp))
    }

    @Test("an unknown frame, field or word is an error that names it; the socket goes on", arguments: WireForm.allCases)
    func frames(form: WireForm) async throws {
        let house = try await House()
        let alice = try await house.person("alice")
        var kinds: Set<String> = []
        for (frame, schema) in Self.frames {
            let socket = try await house.socket(alice, form: form)
            _ = try await socket.backlog()
            let novelties = Novelty.all(in: try WireValue.parse(frame.encoded(as: form), as: form), of: schema)
            #expect((2..<SocketSession.badFramesMax).contains(novelties.count), "\(frame)")
            for (index, novelty) in novelties.enumerated() {
                send(novelty.value, on: socket)
                guard case .error(let failure) = try await socket.next() else {
                    Issue.record("\(novelty.path) was no error")
                    continue
                }
                #expect(failure.problem.code == .malformed && failure.problem.field == novelty.path, "\(novelty.path)")
                #expect(try await stillWorks(socket, stamp: UInt64(index)), "\(novelty.path)")
                kinds.insert(novelty.path)
            }
            socket.close()
        }
        #expect(kinds.isSuperset(of: ["t", Novelty.field, "kind"]))
        #expect(house.server.stop() == 0)
    }

    @Test("after 32 frames that did not read the socket is closed with 1008, and another one is taken")
    func bound() async throws {
        let house = try await House()
        let alice = try await house.person("alice")
        let socket = try await house.socket(alice)
        _ = try await socket.backlog()
        for _ in 0..<SocketSession.badFramesMax {
            send(.map([.init(key: "t", value: .text("hologram"))]), on: socket)
        }
        #expect(await socket.closeCode() == 1008)
        let next = try await house.socket(alice)
        _ = try await next.backlog()
        #expect(try await stillWorks(next, stamp: 1))
    }

    @Test("requests inside the socket hear what requests by HTTP do", arguments: WireForm.allCases)
    func requests(form: WireForm) async throws {
        let house = try await House()
        let alice = try await house.person("alice")
        let socket = try await house.socket(alice, form: form)
        _ = try await socket.backlog()
        func status(_ method: String, _ path: String, _ body: WireValue? = nil, id: UInt64) async throws -> UInt64 {
            socket.send(.request(.init(id: id, method: method, path: path, idempotencyKey: nil, body: body)))
            return try await socket.first { (frame) in
                if case .response(let answer) = frame, answer.id == id { answer.status } else { nil }
            }
        }
        let new = NewConversation(kind: .group, mode: .open, members: [])
        let value = try WireValue.parse(new.encoded(as: form), as: form)
        var id: UInt64 = 1
        for novelty in Novelty.all(in: value, of: NewConversation.schema) {
            #expect(try await status("POST", "/v1/conversations", novelty.value, id: id) == 400, "\(novelty.path)")
            id += 1
        }
        #expect(try await status("GET", "/v1/conversations?later=1", id: 100) == 400)
        #expect(try await status("GET", "/v1/conversations?limit=\(Limits.pageItemsMax + 1)", id: 101) == 400)
        #expect(try await status("GET", "/v2/conversations", id: 102) == 404)
        #expect(try await status("QUERY", "/v1/conversations", id: 103) == 405)
        #expect(try await status("POST", "/v1/conversations", value, id: 104) == 201)
        // A field, a kind and a mode.
        #expect(id == 4)
        #expect(try await stillWorks(socket, stamp: 9))
    }

    @Test("a later subprotocol beside one that is known is passed over; a later first frame ends the socket with 4001")
    func opening() async throws {
        let house = try await House()
        let alice = try await house.person("alice")
        let both = [("Sec-WebSocket-Protocol", "sotto.v2+cbor")]
        let socket = try await FrameSocket(port: house.server.port, token: alice.token, headers: both)
        _ = try await socket.backlog()
        #expect(try await stillWorks(socket, stamp: 3))
        let stranger = try await FrameSocket(port: house.server.port, token: nil)
        send(.map([.init(key: "t", value: .text("hologram"))]), on: stranger)
        #expect(await stranger.closeCode() == CloseCode.authenticationFailed.rawValue)
        #expect(try await house.api.raw("GET", "/v1/time").status == 200)
    }
}
