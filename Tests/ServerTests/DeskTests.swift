import Store
import TestKit
import Testing
import Transport
import Wire

@testable import Server

@Suite(.timeLimit(.minutes(10))) struct DeskTests {
    @Test("of a device's acknowledgements the highest is written down, by itself, and not before")
    func acknowledgements() async throws {
        try await PartsHouse.run { (house) in
            let (alice, bob) = (try await house.guest("alice"), try await house.guest("bobby"))
            for _ in 0..<3 { try await house.send(to: bob, by: alice) }
            let barrier = house.holdWriter()
            await house.desk.delivered(bob.address, through: QueueNumber(2))
            await house.desk.delivered(bob.address, through: QueueNumber(1))
            #expect(try await house.queue(of: bob).deliveredThrough == QueueNumber(0))
            barrier.lift()
            #expect(try await eventually { try await house.queue(of: bob).deliveredThrough == QueueNumber(2) })
            // The next ones are written down as well.
            await house.desk.delivered(bob.address, through: QueueNumber(3))
            #expect(try await eventually { try await house.queue(of: bob).deliveredThrough == QueueNumber(3) })
        }
    }

    @Test("what was acknowledged is written down before the desk is left")
    func stops() async throws {
        try await PartsHouse.run { (house) in
            let (alice, bob) = (try await house.guest("alice"), try await house.guest("bobby"))
            try await house.send(to: bob, by: alice)
            await house.desk.delivered(bob.address, through: QueueNumber(1))
            await house.desk.stop()
            try await house.settle()
            #expect(try await house.queue(of: bob).deliveredThrough == QueueNumber(1))
        }
    }

    @Test("at a shutdown devices hear when to come back, and strangers are closed without")
    func leaves() async throws {
        try await PartsHouse.run { (house) in
            let device = try await house.socket(try await house.guest("alice"))
            _ = try await device.backlog()
            let stranger = try await house.socket(nil)
            await house.listener.shutdown(within: .seconds(10)) { (socket) in
                house.desk.assumeIsolated { $0.leave(by: socket) }
            }
            let pause = try await device.first {
                if case .goaway(let leave) = $0 { leave.retryAfterMilliseconds } else { nil }
            }
            #expect(pause == 1000)
            #expect(await device.closeCode() == CloseCode.goingAway.rawValue)
            #expect(await stranger.closeCode() == CloseCode.goingAway.rawValue)
        }
    }

    @Test("who sits at a socket is found as soon among many as among few")
    func finds() async throws {
        try await PartsHouse.run { (house) in
            let front = SocketFront(
                router: house.router, services: house.services, switchboard: house.switchboard, desks: [house.desk])
            var last: WebSocket?
            func sit(_ count: Int) async throws {
                for number in 0..<count {
                    let socket = try await house.socket(nil).socket
                    let device = DeviceAddress(account: .random(in: .ofTests), device: DeviceID(UInt32(number + 1)))
                    await house.desk.add(
                        SocketSession(
                            front: front, desk: house.desk, socket: socket, device: device, form: .cbor,
                            remoteAddress: ""))
                    last = socket
                }
            }
            try await sit(4)
            let few = try await time(of: try #require(last), at: house.desk)
            try await sit(396)
            let many = try await time(of: try #require(last), at: house.desk)
            #expect(many < few * 10, "a hundred times as many: \(few) and \(many)")
        }
    }

    /// The least of a few, since the machine may be busy.
    private func time(of socket: WebSocket, at desk: Desk) async throws -> Duration {
        var least = Duration.seconds(3600)
        for _ in 0..<5 {
            least = min(least, await desk.time(toFind: socket, times: 5_000))
        }
        return least
    }

    @Test("an entry reaches members in each one's form")
    func forms() async throws {
        try await PartsHouse.run { (house) in
            let (alice, bob) = (try await house.guest("alice"), try await house.guest("bobby"))
            let new = NewConversation(kind: .group, mode: .open, name: "Tea", members: [bob.person.account])
            let view: ConversationView = try house.record(
                await house.ask("POST", "/v1/conversations", token: alice.token, body: new))
            let sockets = (try await house.socket(alice, form: .json), try await house.socket(bob, form: .cbor))
            _ = (try await sockets.0.backlog(), try await sockets.1.backlog())
            let post = PostRequest(clientID: .random(), text: "Twelve?")
            let path = "/v1/conversations/\(view.conversation)/messages"
            #expect(await house.ask("POST", path, token: alice.token, body: post).status == 200)
            for socket in [sockets.0, sockets.1] {
                let entry = try await socket.first { if case .event(let entry) = $0 { entry } else { nil } }
                guard case .message(let message) = entry.event else { throw Problem(.notFound, "no message") }
                #expect(message.text == "Twelve?")
            }
        }
    }
}

extension Desk {
    fileprivate func time(toFind socket: WebSocket, times: Int) -> Duration {
        var foundCount = 0
        let time = ContinuousClock().measure {
            for _ in 0..<times where session(at: socket) != nil { foundCount += 1 }
        }
        #expect(foundCount == times)
        return time
    }
}
