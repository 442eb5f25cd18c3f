import Chat
import Store
import TestKit
import Testing
import Transport
import Wire

@testable import Server

@Suite(.timeLimit(.minutes(10))) struct AnswerRoomTests {
    private typealias Parts = Guarded<[(Int, AnswerRoom.Part)]>

    private static let somebody = AnswerRoom.Asker.address("somebody")

    /// Goes in and stays, under a number.
    private func enter(
        _ room: AnswerRoom, _ byteCount: Int, _ number: Int, _ inside: Parts, for asker: AnswerRoom.Asker = somebody
    ) {
        room.enter(byteCount, for: asker) { (part) in inside.withLock { $0.append((number, part)) } }
    }

    private func numbers(_ inside: Parts) -> [Int] { inside.withLock { $0.map(\.0) } }

    private func leave(_ inside: Parts, _ number: Int) {
        let gone = inside.withLock { (parts) in
            defer { parts.removeAll { $0.0 == number } }
            return parts.filter { $0.0 == number }
        }
        withExtendedLifetime(gone) {}
    }

    @Test("no more go in than there is room for, and those who wait go in by turns")
    func turns() {
        let (room, inside) = (AnswerRoom(byteCountMax: 10), Parts([]))
        for (number, byteCount) in [4, 4, 4, 1, 8].enumerated() { enter(room, byteCount, number, inside) }
        // The fourth would fit, and does not overtake the third.
        #expect(numbers(inside) == [0, 1] && room.byteCount == 8 && room.waitingCount == 3)
        leave(inside, 0)
        #expect(numbers(inside) == [1, 2, 3] && room.byteCount == 9 && room.waitingCount == 1)
        leave(inside, 1)
        leave(inside, 2)
        #expect(numbers(inside) == [3, 4] && room.byteCount == 9)
        leave(inside, 3)
        leave(inside, 4)
        #expect(room.byteCount == 0 && room.waitingCount == 0)
    }

    @Test("while the connections hold more than they may nobody goes in, and then those who waited, in order")
    func crowd() {
        let (room, inside) = (AnswerRoom(byteCountMax: 10), Parts([]))
        enter(room, 4, 0, inside)
        room.setCrowded(true)
        enter(room, 4, 1, inside)
        enter(room, 4, 2, inside)
        leave(inside, 0)
        #expect(numbers(inside).isEmpty && room.byteCount == 0 && room.waitingCount == 2)
        room.setCrowded(false)
        #expect(numbers(inside) == [1, 2] && room.byteCount == 8 && room.waitingCount == 0)
    }

    @Test("who waits often keeps nobody else longer than once around, and fills no more than his share of the line")
    func fairness() async throws {
        let (room, inside) = (AnswerRoom(byteCountMax: 1), Parts([]))
        let (many, few) = (AnswerRoom.Asker.account(.random()), AnswerRoom.Asker.account(.random()))
        for number in 0...AnswerRoom.askerWaitingCountMax { enter(room, 1, number, inside, for: many) }
        await #expect(throws: Problem.self) { _ = try await room.part(1, for: many) }
        enter(room, 1, -1, inside, for: few)
        enter(room, 1, -2, inside, for: few)
        for number in [0, 1, -1, 2, -2, 3] {
            #expect(numbers(inside) == [number])
            leave(inside, number)
        }
    }

    @Test("what is larger than the room takes all of it, alone")
    func large() {
        let (room, inside) = (AnswerRoom(byteCountMax: 10), Parts([]))
        enter(room, 1, 0, inside)
        enter(room, 1000, 1, inside)
        #expect(numbers(inside) == [0])
        leave(inside, 0)
        #expect(numbers(inside) == [1] && room.byteCount == 10)
        leave(inside, 1)
        #expect(room.byteCount == 0)
    }

    @Test("a line of thousands who leave at once goes through, and above that a request is refused")
    func line() async {
        let room = AnswerRoom(byteCountMax: 1)
        let (inside, count) = (Parts([]), Guarded(0))
        enter(room, 1, 0, inside)
        for number in 0..<AnswerRoom.waitingCountMax {
            room.enter(1, for: .address("\(number % 10)")) { (_) in count.withLock { $0 += 1 } }
        }
        await #expect(throws: Problem.self) { _ = try await room.part(1, for: Self.somebody) }
        leave(inside, 0)
        #expect(count.withLock { $0 } == AnswerRoom.waitingCountMax)
        #expect(room.byteCount == 0 && room.waitingCount == 0)
    }

    @Test("sockets that ask for many pages at once get each, and no more of them are under way than have room")
    func pages() async throws {
        let pagesMax = 2
        let bytes = UInt64(4 * pagesMax * Limits.pageByteCountMax)
        try await PartsHouse.run({ $0.waitingByteCountMax = bytes }) { (house) in
            let (room, asked) = (house.services.answers, SocketSession.runningRequestsMax)
            var sockets: [FrameSocket] = []
            for index in 0..<4 {
                let socket = try await house.socket(try await house.guest("guest\(index)"))
                _ = try await socket.backlog()
                sockets.append(socket)
            }
            // The room is given back once the loop has sent, which the client may see first.
            #expect(try await eventually { room.byteCount == 0 })
            let reader = house.holdReader()
            for socket in sockets {
                for id in 0..<asked {
                    socket.send(.request(.init(id: UInt64(id), method: "GET", path: "/v1/conversations?limit=200")))
                }
            }
            // Each socket has one on the way.
            let waiting = sockets.count - pagesMax
            while room.waitingCount < waiting { _ = await house.desk.round }
            #expect(room.byteCount == pagesMax * Limits.pageByteCountMax)
            // The reader reads while the loop writes nothing: two pages, and not the hundred that are wanted.
            _ = await house.desk.round
            let loop = house.holdLoop()
            reader.lift()
            await withCheckedContinuation { (done) in house.chat.store.query { (_) in done.resume() } }
            #expect(room.waitingCount == waiting)
            loop.lift()
            for socket in sockets {
                for _ in 0..<asked {
                    #expect(
                        try await socket.first { if case .response(let one) = $0 { one.status } else { nil } } == 200)
                }
            }
            #expect(try await eventually { room.byteCount == 0 && room.waitingCount == 0 })
        }
    }

    @Test("a device whose queue is read takes its turn as well")
    func backlog() async throws {
        try await PartsHouse.run({ $0.waitingByteCountMax = UInt64(4 * Limits.pageByteCountMax) }) { (house) in
            let (alice, bob) = (try await house.guest("alice"), try await house.guest("bobby"))
            try await house.send(to: bob, by: alice)
            let inside = Parts([])
            enter(house.services.answers, Limits.pageByteCountMax, 0, inside)
            let socket = try await house.socket(bob)
            _ = try await socket.first { if case .hello = $0 { true } else { nil } }
            #expect(house.services.answers.waitingCount == 1)
            leave(inside, 0)
            #expect(try await socket.first { if case .envelope(let one) = $0 { one.number } else { nil } }
                == QueueNumber(1))
        }
    }
}
