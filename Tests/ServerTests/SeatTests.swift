import Chat
import TestKit
import Testing
import Transport
import Wire

@testable import Server

/// A socket before it is known whose it is.
@Suite(.timeLimit(.minutes(10))) struct SeatTests {
    @Test("who brings no token in time is told so and closed with 4001")
    func late() async throws {
        try await PartsHouse.run(authenticationTimeout: .milliseconds(20)) { (house) in
            #expect(await (try house.socket(nil)).closeCode() == CloseCode.authenticationFailed.rawValue)
            // Whoever brought one meanwhile, or with the upgrade, stays.
            let alice = try await house.guest("alice")
            let early = try await house.socket(alice)
            _ = try await early.backlog()
            #expect(await (try house.socket(nil)).closeCode() == CloseCode.authenticationFailed.rawValue)
            early.send(.ping(.init(stamp: 1)))
            _ = try await early.first { if case .pong = $0 { true } else { nil } }
        }
    }

    @Test("a frame while the token is looked up ends the socket, and the token then seats nobody")
    func impatient() async throws {
        try await PartsHouse.run { (house) in
            let alice = try await house.guest("alice")
            let barrier = house.holdReader()
            let socket = try await house.socket(nil)
            socket.send(.authenticate(.init(token: alice.token)))
            socket.send(.ping(.init(stamp: 1)))
            #expect(await socket.closeCode() == CloseCode.authenticationFailed.rawValue)
            barrier.lift()
            _ = try await house.queue(of: alice)
            try await house.settle()
            #expect(house.switchboard.lineCount == 0)
        }
    }

    @Test("an account that opens sockets too often is told for how long, by HTTP and after a first frame")
    func storm() async throws {
        try await PartsHouse.run({ $0.limits.sockets = Rate(burst: 3, perSecond: 0) }) { (house) in
            let (alice, bob) = (try await house.guest("alice"), try await house.guest("bobby"))
            for _ in 0..<2 { _ = try await (try house.socket(alice)).backlog() }
            // The third has its token, and none is left for the look at the store.
            let third = try await house.socket(alice)
            let told = try await third.first { if case .error(let error) = $0 { error.problem } else { nil } }
            #expect(told.code == .rateLimited && told.retryAfterSeconds != nil)
            #expect(await third.closeCode() == CloseCode.restart.rawValue)
            let late = try await house.socket(nil)
            late.send(.authenticate(.init(token: alice.token)))
            let again = try await late.first { if case .error(let error) = $0 { error.problem } else { nil } }
            #expect(again.code == .rateLimited)
            #expect(await late.closeCode() == CloseCode.restart.rawValue)
            await #expect(throws: (any Error).self) { try await house.socket(alice) }
            _ = try await (try house.socket(bob)).backlog()
        }
    }

    @Test("who has gone before the token was found is seated nowhere")
    func gone() async throws {
        try await PartsHouse.run { (house) in
            let alice = try await house.guest("alice")
            let barrier = house.holdReader()
            let socket = try await house.socket(nil)
            socket.send(.authenticate(.init(token: alice.token)))
            socket.close()
            _ = await socket.closeCode()
            while house.listener.totals.webSockets > 0 { _ = await house.desk.round }
            barrier.lift()
            _ = try await house.queue(of: alice)
            try await house.settle()
            #expect(house.switchboard.lineCount == 0)
        }
    }

    @Test("a first frame in the other form than was agreed on is none")
    func otherForm() async throws {
        try await PartsHouse.run { (house) in
            let alice = try await house.guest("alice")
            let socket = try await house.socket(nil, form: .json)
            socket.socket.send(binary: ClientFrame.authenticate(.init(token: alice.token)).encoded(as: .cbor))
            #expect(await socket.closeCode() == CloseCode.authenticationFailed.rawValue)
        }
    }
}
