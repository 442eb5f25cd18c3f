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

    @Test("what comes while the token and the device are looked up is read after hello, in its order")
    func impatient() async throws {
        try await PartsHouse.run { (house) in
            let alice = try await house.guest("alice")
            let (reader, writer) = (house.holdReader(), house.holdWriter())
            let late = try await house.socket(nil)
            late.send(.authenticate(.init(token: alice.token)))
            late.send(.ping(.init(stamp: 1)))
            late.send(.request(.init(id: 2, method: "GET", path: "/v1/devices")))
            late.send(.ping(.init(stamp: 3)))
            while house.listener.totals.held == 0 { _ = await house.desk.round }
            reader.lift()
            _ = try await house.queue(of: alice)
            late.send(.ping(.init(stamp: 4)))
            writer.lift()
            guard case .hello = try await late.next() else { return #expect(Bool(false), "hello comes first") }
            var stamps: [UInt64] = []
            while stamps.count < 3 {
                switch try await late.next() {
                case .pong(let pong): stamps.append(pong.stamp)
                case .response(let response): #expect(response.status == 200)
                default: break
                }
            }
            #expect(stamps == [1, 3, 4])
            while house.listener.totals.held > 0 { _ = await house.desk.round }
        }
    }

    @Test("who sends more than a frame's worth before hello is turned away, before and after the token is known")
    func torrent() async throws {
        try await PartsHouse.run { (house) in
            let alice = try await house.guest("alice")
            let large = [UInt8](repeating: 0, count: Limits.frameByteCountMax)
            let reader = house.holdReader()
            let unknown = try await house.socket(nil)
            unknown.send(.authenticate(.init(token: alice.token)))
            for _ in 0..<2 { unknown.socket.send(binary: large) }
            #expect(await unknown.closeCode() == CloseCode.policyViolation.rawValue)
            reader.lift()
            let writer = house.holdWriter()
            let known = try await house.socket(alice)
            for _ in 0..<2 { known.socket.send(binary: large) }
            #expect(await known.closeCode() == CloseCode.policyViolation.rawValue)
            writer.lift()
            _ = try await house.queue(of: alice)
            try await house.settle()
            #expect(house.switchboard.lineCount == 0)
        }
    }

    @Test("an account that opens sockets too often is told for how long, by HTTP and after a first frame")
    func storm() async throws {
        try await PartsHouse.run({ $0.limits.sockets = Rate(burst: 3, perSecond: 0) }) { (house) in
            let (alice, bob) = (try await house.guest("alice"), try await house.guest("bobby"))
            for _ in 0..<3 { _ = try await (try house.socket(alice)).backlog() }
            let late = try await house.socket(nil)
            late.send(.authenticate(.init(token: alice.token)))
            let again = try await late.first { if case .error(let error) = $0 { error.problem } else { nil } }
            #expect(again.code == .rateLimited && again.retryAfterSeconds != nil)
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
