import TestKit
import Testing
import Transport
import Wire

@Suite struct SocketTests {
    @Test("a message sent while the other is offline waits; acknowledged, it is gone", arguments: WireForm.allCases)
    func offline(form: WireForm) async throws {
        let house = try await House()
        let (alice, bob) = (try await house.person("alice"), try await house.person("bobby"))
        let body = Array("sealed".utf8)
        let accepted: Accepted = try await house.api.call(
            "POST", "/v1/messages/\(bob.account)",
            SendRequest(clientID: .random(), copies: [bob.device.copy(body)]), token: alice.token)
        let socket = try await house.socket(bob, form: form)
        guard case .hello(let hello) = try await socket.next() else {
            Issue.record("no hello")
            return
        }
        #expect(hello.account == bob.account && hello.heartbeatMilliseconds == 5000)
        let waiting = try await socket.backlog()
        #expect(waiting.map(\.body) == [body])
        #expect(waiting.map(\.id) == [accepted.id])
        socket.send(.delivered(.init(through: QueueNumber(1))))
        socket.send(.ping(.init(stamp: 7)))
        _ = try await socket.first { if case .pong = $0 { true } else { nil } }
        socket.close()
        // The acknowledgement is written down a moment later; an HTTP client waits for it by asking.
        var page: Page<Envelope>
        repeat { page = try await house.api.call("GET", "/v1/messages", token: bob.token) } while !page.items.isEmpty
        #expect(house.server.stop() == 0)
    }

    @Test("sends over the socket are accepted and delivered live, in order")
    func live() async throws {
        let house = try await House()
        let (alice, bob) = (try await house.person("alice"), try await house.person("bobby"))
        let (from, to) = (try await house.socket(alice), try await house.socket(bob))
        _ = try await to.backlog()
        let ids = (0..<200).map { _ in ClientID.random() }
        for (index, id) in ids.enumerated() {
            let request = SendRequest(clientID: id, copies: [bob.device.copy([UInt8(index)])])
            from.send(.send(.init(to: bob.account, request: request)))
        }
        var accepted: [ClientID] = []
        while accepted.count < ids.count {
            accepted.append(
                try await from.first { if case .accepted(let accepted) = $0 { accepted.clientID } else { nil } })
        }
        #expect(accepted == ids)
        for index in 0..<200 {
            let envelope = try await to.first { if case .envelope(let envelope) = $0 { envelope } else { nil } }
            #expect(envelope.body == [UInt8(index)])
            #expect(envelope.number == QueueNumber(UInt64(index + 1)))
        }
    }

    @Test("a second socket of a device displaces the first with 4002")
    func displaced() async throws {
        let house = try await House()
        let alice = try await house.person("alice")
        let first = try await house.socket(alice)
        _ = try await first.backlog()
        let second = try await house.socket(alice)
        _ = try await second.backlog()
        #expect(await first.closeCode() == 4002)
        second.send(.ping(.init(stamp: 1)))
        _ = try await second.first { if case .pong = $0 { true } else { nil } }
    }

    @Test("a token may come in the first frame; without a good one the socket closes with 4001")
    func firstFrame() async throws {
        let house = try await House()
        let alice = try await house.person("alice")
        let good = try await FrameSocket(port: house.server.port, token: nil)
        good.send(.authenticate(.init(token: alice.token)))
        _ = try await good.first { if case .hello = $0 { true } else { nil } }
        let bad = try await FrameSocket(port: house.server.port, token: nil)
        bad.send(.authenticate(.init(token: alice.tokens.refreshToken)))
        #expect(await bad.closeCode() == 4001)
        let mute = try await FrameSocket(port: house.server.port, token: nil)
        mute.send(.ping(.init(stamp: 1)))
        #expect(await mute.closeCode() == 4001)
        await #expect(throws: TransportError.upgradeRefused(status: 401)) {
            try await FrameSocket(port: house.server.port, token: String(repeating: "A", count: 43))
        }
    }

    @Test("a frame that does not read is answered and the socket goes on; too many end it")
    func badFrames() async throws {
        let house = try await House()
        let alice = try await house.person("alice")
        let socket = try await house.socket(alice)
        _ = try await socket.backlog()
        socket.socket.send(binary: [0xFF, 0x00])
        let problem = try await socket.first { if case .error(let failure) = $0 { failure.problem } else { nil } }
        #expect(problem.code == .malformed)
        socket.send(.ping(.init(stamp: 3)))
        _ = try await socket.first { if case .pong(let pong) = $0, pong.stamp == 3 { true } else { nil } }
        for _ in 0..<40 { socket.socket.send(binary: [0x80]) }
        #expect(await socket.closeCode() == 1008)
    }

    @Test("every HTTP route answers inside the socket as well")
    func requests() async throws {
        let house = try await House()
        let alice = try await house.person("alice")
        let socket = try await house.socket(alice, form: .json)
        _ = try await socket.backlog()
        let body = NewConversation(kind: .group, mode: .open, name: "Tea", members: [])
        let value = try WireValue.parse(body.encoded(as: .json), as: .json)
        socket.send(.request(.init(id: 5, method: "POST", path: "/v1/conversations", body: value)))
        socket.send(.request(.init(id: 6, method: "GET", path: "/v1/conversations?limit=5")))
        socket.send(.request(.init(id: 7, method: "GET", path: "/v1/nowhere")))
        var statuses: [UInt64: UInt64] = [:]
        while statuses.count < 3 {
            let response = try await socket.first { if case .response(let response) = $0 { response } else { nil } }
            statuses[response.id] = response.status
        }
        #expect(statuses == [5: 201, 6: 200, 7: 404])
    }

    @Test("members of an open conversation hear every entry live, in gap-free order")
    func events() async throws {
        let house = try await House()
        let (alice, bob) = (try await house.person("alice"), try await house.person("bobby"))
        let (near, far) = (try await house.socket(alice), try await house.socket(bob, form: .json))
        _ = try await (near.backlog(), far.backlog())
        let view: ConversationView = try await house.api.call(
            "POST", "/v1/conversations",
            NewConversation(kind: .group, mode: .open, name: "Tea", members: [bob.account]), token: alice.token)
        for index in 0..<20 {
            near.send(
                .post(.init(conversation: view.conversation, request: .init(clientID: .random(), text: "\(index)"))))
        }
        for socket in [near, far] {
            for seq: UInt64 in 1...22 {
                let entry = try await socket.first { if case .event(let entry) = $0 { entry } else { nil } }
                #expect(entry.seq == SequenceNumber(seq))
            }
        }
    }

    @Test("unlinking a device closes its socket with 4003")
    func unlinked() async throws {
        let house = try await House()
        let alice = try await house.person("alice")
        let tablet = PersonDevice(account: alice.account, number: 2, now: House.now)
        let link = DeviceListChange(
            deviceList: alice.person.list(epoch: 2, [alice.device, tablet]), preKeys: tablet.upload)
        let _: AccountView = try await house.api.call("PUT", "/v1/devices", link, token: alice.token)
        let tokens = try await house.logIn(tablet)
        let socket = try await FrameSocket(port: house.server.port, token: tokens.accessToken)
        _ = try await socket.backlog()
        let unlink = DeviceListChange(deviceList: alice.person.list(epoch: 3, [alice.device]))
        let _: AccountView = try await house.api.call("PUT", "/v1/devices", unlink, token: alice.token)
        #expect(await socket.closeCode() == 4003)
    }
}
