import Chat
import TestKit
import Testing
import Transport
import Wire

@testable import Server

/// What every route demands, asked of the router alone.
@Suite(.timeLimit(.minutes(10))) struct RouterTests {
    @Test("an address that is not there is 404, and another method 405 with all that it takes")
    func addresses() async throws {
        try await PartsHouse.run { (house) in
            #expect(await house.ask("GET", "/v1/nowhere").problem?.code == .notFound)
            #expect(await house.ask("GET", "/v1/time/").problem?.code == .notFound)
            let refused = await house.ask("PATCH", "/v1/backup")
            #expect(refused.status == 405)
            #expect(Set(refused.header("Allow")?.split(separator: ", ") ?? []) == ["PUT", "GET", "HEAD", "DELETE"])
            #expect(await house.ask("HEAD", "/v1/time").status == 200)
            // A word is no account, where both would fit; and each method is named once.
            #expect(await house.ask("GET", "/v1/messages/delivered").header("Allow") == "POST")
            let alice = try await house.guest("alice")
            let delivered = Delivered(through: QueueNumber(0))
            #expect(
                await house.ask("POST", "/v1/messages/delivered", token: alice.token, body: delivered).status == 204)
        }
    }

    @Test(
        "what the transport refuses by itself says the status that it goes out with",
        arguments: [400, 408, 431, 501, 505])
    func transport(status: Int) async throws {
        try await PartsHouse.run { (house) in
            let front = HTTPFront(router: house.router, services: house.services, sockets: nil)
            let body = try WireValue.parse(front.handler.refusal(status).body, as: .json)
            guard case .map(let entries) = body else { throw Problem(.notFound, "no object") }
            #expect(entries.first { $0.key == "status" }?.value == .unsigned(UInt64(status)))
            guard case .text(let detail)? = entries.first(where: { $0.key == "detail" })?.value else {
                throw Problem(.notFound, "no detail")
            }
            #expect(detail.contains("could not be read") == (status == 400), "\(detail)")
            // Whose head is too large hears what may be in one.
            let limits = ConnectionLimits()
            let bounds = ["\(limits.headByteCountMax) bytes", "\(limits.headerFieldCountMax) fields"]
            #expect(bounds.allSatisfy { detail.contains($0) } == (status == 431), "\(detail)")
        }
    }

    @Test("whoever has hung up before his turn is read nothing; what is small waits in no line")
    func hungUp() async throws {
        try await PartsHouse.run { (house) in
            let alice = try await house.guest("alice")
            let answers = house.services.answers
            var all: AnswerRoom.Part? = try await answers.part(.max, for: .address("somebody"))
            async let gone = house.ask("GET", "/v1/devices", token: alice.token, hasHungUp: true)
            async let there = house.ask("GET", "/v1/devices", token: alice.token)
            #expect(try await eventually { answers.waitingCount == 2 })
            withExtendedLifetime(all) {}
            all = nil
            #expect(await gone.status == 408)
            #expect(await there.status == 200)
            // Who need not wait may have ended its side alone.
            #expect(await house.ask("GET", "/v1/devices", token: alice.token, hasHungUp: true).status == 200)
            for small in ["/v1/time", "/v1/capabilities"] { #expect(!house.router.takesRoom("GET", small), "\(small)") }
            for large in ["/v1/devices", "/v1/conversations", "/v1/messages", "/v1/backup", "/v1/emoji"] {
                #expect(house.router.takesRoom("GET", large), "\(large)")
            }
        }
    }

    @Test("a query parameter that the route does not take is refused")
    func query() async throws {
        try await PartsHouse.run { (house) in
            #expect(await house.ask("GET", "/v1/time?limit=1").problem?.field == "query")
            let alice = try await house.guest("alice")
            #expect(await house.ask("GET", "/v1/messages?limit=1", token: alice.token).status == 200)
        }
    }

    @Test("each request takes one token of its own buckets, and one that does not read takes none of the route's")
    func buckets() async throws {
        try await PartsHouse.run { (house) in
            let (alice, bob) = (try await house.guest("alice"), try await house.guest("bobby"))
            let limiters = house.services.limiters
            // What is left, and one less from then on.
            func requests(_ key: String) throws -> UInt64 { try limiters.requests.take(key, now: house.now) }
            func sends() throws -> UInt64 { try limiters.sends.take(alice.address, now: house.now) }
            let path = "/v1/messages/\(bob.person.account)"
            let send = SendRequest(clientID: .random(), copies: [bob.person.device.copy([1])])
            let (firstRequests, firstSends) = (try requests("\(alice.address)"), try sends())

            #expect(await house.ask("POST", path, token: alice.token, body: send).status == 200)
            #expect(try requests("\(alice.address)") == firstRequests - 2)
            #expect(try sends() == firstSends - 2)
            // The same inside a socket.
            #expect(await house.ask("POST", path, body: send, socket: alice.address).status == 200)
            #expect(try requests("\(alice.address)") == firstRequests - 4)
            #expect(try sends() == firstSends - 4)
            // A body that does not read is a request, and no send; and none of it counts for the address.
            let address = try requests("192.0.2.1")
            #expect(await house.ask("POST", path, token: alice.token, bytes: Array("{".utf8)).status == 400)
            #expect(try requests("\(alice.address)") == firstRequests - 6)
            #expect(try sends() == firstSends - 5)
            #expect(try requests("192.0.2.1") == address - 1)
        }
    }

    @Test("a refusal is counted once for who was refused, and one that is nobody's fault for nobody")
    func refusals() async throws {
        try await PartsHouse.run { (house) in
            let (alice, bob) = (try await house.guest("alice"), try await house.guest("bobby"))
            let limiters = house.services.limiters
            func left(_ key: String) throws -> UInt64 { try limiters.refusals.take(key, now: house.now) }
            let (device, address) = (try left("\(alice.address)"), try left("192.0.2.1"))
            let absent = "/v1/conversations/\(ConversationID.random())"
            #expect(await house.ask("GET", absent, token: alice.token).status == 404)
            #expect(try left("\(alice.address)") == device - 2)
            #expect(try left("192.0.2.1") == address - 1)
            let wrong = String(repeating: "A", count: 43)
            #expect(await house.ask("GET", "/v1/devices", token: wrong).status == 401)
            #expect(try left("192.0.2.1") == address - 3)
            // A device list that has changed meanwhile.
            let send = SendRequest(clientID: .random(), copies: [])
            let path = "/v1/messages/\(bob.person.account)"
            #expect(
                await house.ask("POST", path, token: alice.token, body: send).problem?.code == .mismatchedDevices)
            #expect(try left("\(alice.address)") == device - 3)
        }
    }

    @Test("a store that has no room for queries is the server's fault, and counted for nobody")
    func overload() async throws {
        try await PartsHouse.run { (house) in
            let key = "192.0.2.7"
            let before = try house.services.limiters.refusals.take(key, now: house.now)
            #expect(house.services.counted(Problem(.overloaded, ""), by: key).code == .overloaded)
            #expect(house.services.counted(Problem(.notFound, ""), by: key).code == .notFound)
            #expect(try house.services.limiters.refusals.take(key, now: house.now) == before - 2)
        }
    }

    @Test("an idempotency key is its asker's own, and another form of the body is another request")
    func idempotency() async throws {
        try await PartsHouse.run { (house) in
            let (alice, bob) = (try await house.guest("alice"), try await house.guest("bobby"))
            let new = NewConversation(kind: .group, mode: .open, name: "Tea", members: [])
            func create(_ guest: PartsHouse.Guest, _ key: String, in form: WireForm = .json) async -> Reply {
                await house.ask("POST", "/v1/conversations", token: guest.token, body: new, key: key, in: form)
            }
            let first: ConversationView = try house.record(await create(alice, "key"))
            let again = await create(alice, "key")
            #expect(again.header("Idempotent-Replayed") == "true")
            #expect(try house.record(again, as: ConversationView.self) == first)
            let others = await create(bob, "key")
            #expect(others.header("Idempotent-Replayed") == nil)
            #expect(try house.record(others, as: ConversationView.self).conversation != first.conversation)
            #expect(await create(alice, "key", in: .cbor).problem?.code == .idempotencyMismatch)
            #expect(await create(alice, "").problem?.field == "Idempotency-Key")
            #expect(await create(alice, String(repeating: "k", count: 101)).problem?.field == "Idempotency-Key")
            #expect(await create(alice, String(repeating: "k", count: 100)).status == 201)
        }
    }

    @Test("bodies are answered as far as there is room for them, and one that is alone always is")
    func bodies() async throws {
        try await PartsHouse.run({ $0.waitingByteCountMax = 4 << 20 }) { (house) in
            let (alice, bob) = (try await house.guest("alice"), try await house.guest("bobby"))
            func send(_ byteCount: Int) async -> Int {
                let request = SendRequest(
                    clientID: .random(),
                    copies: [bob.person.device.copy([UInt8](repeating: 1, count: byteCount))])
                let path = "/v1/messages/\(bob.person.account)"
                return await house.ask("POST", path, token: alice.token, body: request, in: .cbor).status
            }
            let barrier = house.holdWriter()
            let statuses = await withTaskGroup(of: Int.self) { (group) in
                for _ in 0..<3 { group.addTask { await send(400 << 10) } }
                var statuses = [await group.next() ?? 0]
                barrier.lift()
                for await status in group { statuses.append(status) }
                return statuses
            }
            #expect(statuses == [503, 200, 200])
            for _ in 0..<2 { #expect(await send(500 << 10) == 200) }
            #expect(await house.ask("GET", "/v1/devices", token: alice.token).status == 200)
        }
    }

    @Test("inside a socket no route carries bytes, and nobody sends without saying who")
    func insideSocket() async throws {
        try await PartsHouse.run { (house) in
            let alice = try await house.guest("alice")
            let upload = await house.ask("POST", "/v1/media/uploads", socket: alice.address)
            #expect(upload.problem?.code == .malformed)
            let sealed = await house.ask(
                "GET", "/v1/sealed/accounts/\(alice.person.account)", socket: alice.address)
            #expect(sealed.problem?.code == .unmaskedSender)
        }
    }
}
