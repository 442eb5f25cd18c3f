import Chat
import Store
import TestKit
import Testing
import Transport
import Wire

@testable import Server

/// One device's socket, with the store held up where that tells something.
@Suite(.timeLimit(.minutes(10))) struct SocketSessionTests {
    private func pong(_ socket: FrameSocket, _ stamp: UInt64) async throws {
        socket.send(.ping(.init(stamp: stamp)))
        _ = try await socket.first { if case .pong(let pong) = $0, pong.stamp == stamp { true } else { nil } }
    }

    @Test("a socket that closed while its device was looked up leaves the switchboard again")
    func closedEarly() async throws {
        try await PartsHouse.run { (house) in
            let alice = try await house.guest("alice")
            let barrier = house.holdWriter()
            let socket = try await house.socket(alice)
            socket.close()
            _ = await socket.closeCode()
            while house.listener.totals.webSockets > 0 { _ = await house.desk.round }
            barrier.lift()
            try await house.settle()
            #expect(house.switchboard.lineCount == 0)
        }
    }

    @Test("who goes between the upgrade and hello hears why, as all others do", arguments: [true, false])
    func goneEarly(isDeleted: Bool) async throws {
        try await PartsHouse.run { (house) in
            let alice = try await house.guest("alice")
            let barrier = house.holdWriter()
            house.chat.submit { (turn) throws(Problem) in
                if isDeleted {
                    try turn.deleteAccount(alice.person.account)
                } else {
                    try turn.tables.removeDevice(alice.address)
                }
            } done: { (_) in }
            let socket = try await house.socket(alice)
            _ = await house.desk.round
            barrier.lift()
            #expect(await socket.closeCode() == (isDeleted ? CloseCode.accountDeleted : .deviceUnlinked).rawValue)
        }
    }

    @Test("a device in more conversations than a page hears nothing before hello, and after it everything of its own")
    func manyConversations() async throws {
        try await PartsHouse.run { (house) in
            let (alice, bob) = (try await house.guest("alice"), try await house.guest("bobby"))
            let count = 2 * Memberships.pageCount + Memberships.firstPageCount + 1
            let rooms = try await house.chat.commit { (turn) throws(Problem) in
                var rooms: [ConversationID] = []
                for _ in 0..<count {
                    let new = NewConversation(kind: .group, mode: .open, name: "Tea", members: [alice.person.account])
                    rooms.append(try turn.createConversation(new, by: bob.address).view.conversation)
                }
                return rooms.sorted { ($0.bytes.high, $0.bytes.low) < ($1.bytes.high, $1.bytes.low) }
            }
            func post(_ text: String) async throws {
                try await house.chat.commit { (turn) throws(Problem) in
                    for room in rooms {
                        _ = try turn.post(PostRequest(clientID: .random(), text: text), to: room, by: bob.address)
                    }
                }
            }
            // The socket is open, and its arrival waits for the writer; then the pages wait for the reader.
            let writer = house.holdWriter()
            let socket = try await house.socket(alice)
            _ = await house.desk.round
            let reader = house.holdReader()
            writer.lift()
            try await house.settle()
            try await post("early")
            try await house.send(to: alice, by: bob)
            let (first, last) = (rooms[0], rooms[count - 1])
            try await house.chat.commit { (turn) throws(Problem) in
                for room in [first, last] {
                    try turn.removeMember(alice.person.account, from: room, by: bob.address)
                }
            }
            try await house.settle()
            reader.lift()
            guard case .hello = try await socket.next() else { return #expect(Bool(false), "hello comes first") }
            #expect(try await socket.backlog().count == 1)
            try await post("late")
            var heard: [ConversationID] = []
            while heard.count < count - 2 {
                let entry = try await socket.first { if case .event(let entry) = $0 { entry } else { nil } }
                guard case .message(let message) = entry.event, message.text == "late" else {
                    return #expect(Bool(false), "\(entry.event)")
                }
                heard.append(entry.conversation)
            }
            #expect(heard == Array(rooms[1..<(count - 1)]))
            socket.close()
            _ = await socket.closeCode()
            while house.listener.totals.webSockets > 0 { _ = await house.desk.round }
            #expect(house.switchboard.lineCount == 0)
        }
    }

    @Test("pages that were asked for at once come as the socket drains, however much others posted")
    func pagesAtOnce() async throws {
        try await PartsHouse.run { (house) in
            let (alice, bob) = (try await house.guest("alice"), try await house.guest("bobby"))
            let new = NewConversation(kind: .group, mode: .open, name: "Tea", members: [alice.person.account])
            let room = try await house.chat.commit { (turn) throws(Problem) in
                let room = try turn.createConversation(new, by: bob.address).view.conversation
                let text = String(repeating: "\"", count: Limits.textLengthMax)
                for _ in 0..<7 {
                    _ = try turn.post(PostRequest(clientID: .random(), text: text), to: room, by: bob.address)
                }
                return room
            }
            let socket = try await house.socket(alice)
            _ = try await socket.backlog()
            let barrier = house.holdReader()
            for id in 0..<12 {
                socket.send(.request(
                    .init(id: UInt64(id), method: "GET", path: "/v1/conversations/\(room)/messages?limit=200")))
            }
            barrier.lift()
            for id in 0..<12 {
                let answer = try await socket.first { if case .response(let one) = $0 { one } else { nil } }
                #expect(answer.id == UInt64(id) && answer.status == 200)
            }
            // Twelve requests, and one more for each 16 KiB of 700,000 bytes.
            let left = try house.services.limiters.requests.take("\(alice.address)", now: house.now)
            let burst = house.services.configuration.limits.requests.burst
            #expect(left == UInt64(burst) - 12 - 12 * 42 - 1)
        }
    }

    @Test("thirty-two requests run at once, the next is refused, and there is room again afterwards")
    func requests() async throws {
        try await PartsHouse.run { (house) in
            let alice = try await house.guest("alice")
            let socket = try await house.socket(alice)
            _ = try await socket.backlog()
            let barrier = house.holdReader()
            func ask(_ ids: Range<UInt64>) {
                for id in ids { socket.send(.request(.init(id: id, method: "GET", path: "/v1/devices"))) }
            }
            func answer() async throws -> ServerFrame.Response {
                try await socket.first { if case .response(let response) = $0 { response } else { nil } }
            }
            ask(0..<UInt64(SocketSession.runningRequestsMax) + 1)
            let refused = try await answer()
            #expect(refused.id == UInt64(SocketSession.runningRequestsMax) && refused.status == 429)
            barrier.lift()
            for _ in 0..<SocketSession.runningRequestsMax { #expect(try await answer().status == 200) }
            ask(100..<101)
            #expect(try await answer().status == 200)
        }
    }

    @Test("thirty-one frames that do not read are borne, and the next is not")
    func badFrames() async throws {
        try await PartsHouse.run { (house) in
            let socket = try await house.socket(try await house.guest("alice"))
            _ = try await socket.backlog()
            for _ in 1..<SocketSession.badFramesMax { socket.socket.send(binary: [0xFF]) }
            try await pong(socket, 1)
            socket.socket.send(text: "{}")
            #expect(await socket.closeCode() == CloseCode.policyViolation.rawValue)
        }
    }

    @Test("a device cannot acknowledge what it was not sent")
    func acknowledgesAhead() async throws {
        try await PartsHouse.run { (house) in
            let (alice, bob) = (try await house.guest("alice"), try await house.guest("bobby"))
            for _ in 0..<2 { try await house.send(to: bob, by: alice) }
            let socket = try await house.socket(bob)
            #expect(try await socket.backlog().count == 2)
            socket.send(.delivered(.init(through: QueueNumber(1_000_000))))
            try await pong(socket, 1)
            await house.desk.trim()
            try await house.settle()
            #expect(try await house.queue(of: bob).deliveredThrough == QueueNumber(2))
            try await house.send(to: bob, by: alice)
            let next = try await socket.first { if case .envelope(let envelope) = $0 { envelope } else { nil } }
            #expect(next.number == QueueNumber(3))
        }
    }

    @Test("a socket from which nothing is heard is closed with 1001, and any frame puts that off")
    func silence() async throws {
        try await PartsHouse.run { (house) in
            let socket = try await house.socket(try await house.guest("alice"))
            _ = try await socket.backlog()
            func round(_ count: UInt64) async { for _ in 0..<count { await house.desk.goRound() } }
            for stamp in 0..<3 {
                await round(Desk.roundsOfSilence)
                try await pong(socket, UInt64(stamp))
            }
            await round(Desk.roundsOfSilence)
            #expect(house.switchboard.lineCount == 1)
            await round(1)
            #expect(await socket.closeCode() == CloseCode.goingAway.rawValue)
            while house.switchboard.lineCount > 0 { _ = await house.desk.round }
        }
    }

    @Test("the desk goes round by itself")
    func goesRound() async throws {
        try await PartsHouse.run(silenceMax: .milliseconds(60)) { (house) in
            let socket = try await house.socket(try await house.guest("alice"))
            #expect(await socket.closeCode() == CloseCode.goingAway.rawValue)
        }
    }
}
