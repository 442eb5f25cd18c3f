import Chat
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

    @Test("no more than the bound waits for a loop that stands still: whoever writes hears so, until it goes on")
    func standsStill() async throws {
        try await PartsHouse.run { (house) in
            let (alice, bob) = (try await house.guest("alice"), try await house.guest("bobby"))
            let new = NewConversation(kind: .group, mode: .open, name: "Tea", members: [bob.person.account])
            let view: ConversationView = try house.record(
                await house.ask("POST", "/v1/conversations", token: alice.token, body: new))
            let socket = try await house.socket(bob)
            _ = try await socket.backlog()
            let text = String(repeating: "é", count: Limits.textLengthMax)
            func post() async throws(Problem) {
                let post = PostRequest(clientID: .random(), text: text)
                _ = try await house.chat.commit { (turn) throws(Problem) in
                    try turn.post(post, to: view.conversation, by: alice.address)
                }
            }
            let loop = house.holdLoop()
            var (count, refusal) = (0, Problem?.none)
            while refusal == nil, count < 1000 {
                do throws(Problem) { try await post() } catch { refusal = error }
                count += 1
            }
            #expect(refusal?.code == .overloaded && count < 1 + (33 << 20) / text.utf8.count, "after \(count)")
            loop.lift()
            #expect(try await eventually { (try? await post()) != nil })
            withExtendedLifetime(socket) {}
        }
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
