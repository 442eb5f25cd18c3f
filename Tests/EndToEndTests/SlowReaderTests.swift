import Foundation
import TestKit
import Testing
import Transport
import Wire

/// What others can do to a server, and to somebody, with what is not read.
@Suite(.timeLimit(.minutes(10))) struct SlowReaderTests {
    private static let unlimited = [
        "--limit-requests", "1000000/1000000", "--limit-sends", "1000000/1000000", "--limit-registrations", "1000/1000",
    ]

    private func gauge(_ name: String, of house: House) async throws -> Int {
        let text = try await APIClient(port: house.server.adminPort).raw("GET", "/metrics").body
        let line = String(decoding: text, as: UTF8.self).split(separator: "\n").first { $0.hasPrefix(name + " ") }
        return try #require(line.flatMap { $0.split(separator: " ").last }.flatMap { Int($0) })
    }

    @Test("sixty sockets and sixty connections that ask for pages and read nothing hold what they may, and no more")
    func together() async throws {
        let limit = 8 << 20
        let house = try await House(arguments: Self.unlimited + ["--waiting-bytes", "\(limit)"])
        let (alice, mute, path) = try await crowd(in: house)
        let short = path.replacing("limit=200", with: "limit=1")
        let good = try await house.socket(alice)
        _ = try await good.backlog()

        var peers: [MutePeer] = []
        var (most, goodCount) = (0, 0)
        for person in mute {
            let frames = (0..<2).map { (id) in
                ClientFrame.request(.init(id: UInt64(id), method: "GET", path: path)).encoded(as: .cbor)
            }
            let (socket, connection) = (try MutePeer(port: house.server.port), try MutePeer(port: house.server.port))
            socket.openSocket(token: person.token, sending: frames)
            let request = """
                GET \(path) HTTP/1.1\r\nHost: x\r\nAccept: application/cbor\r\n\
                Authorization: Bearer \(person.token)\r\n\r\n
                """
            connection.say(Array(String(repeating: request, count: 8).utf8))
            peers += [socket, connection]
            // Somebody who reads is served all the while.
            good.send(.request(.init(id: 1, method: "GET", path: short)))
            goodCount += try await good.first { (frame) -> Int? in
                if case .response(let response) = frame { response.status == 200 ? 1 : 0 } else { nil }
            }
            most = max(most, try await gauge("sotto_waiting_bytes", of: house))
        }
        while try await gauge("sotto_waiting_cuts", of: house) == 0 {
            most = max(most, try await gauge("sotto_waiting_bytes", of: house))
        }
        #expect(goodCount == mute.count)
        #expect(most <= limit)
        #expect(most > limit / 2)
        withExtendedLifetime(peers) {}
        #expect(try peakByteCount(of: house) < 200 << 20)
        peers = []
        while try await gauge("sotto_waiting_bytes", of: house) > 0 {}
        #expect(house.server.stop() == 0)
    }

    @Test("sixty sockets that each ask for four pages at once and read nothing have few of them in memory")
    func pagesAtOnce() async throws {
        let limit = 8 << 20
        let house = try await House(arguments: Self.unlimited + ["--waiting-bytes", "\(limit)"])
        let (alice, mute, path) = try await crowd(in: house)
        let frames = (0..<4).map { (id) in
            ClientFrame.request(.init(id: UInt64(id), method: "GET", path: path)).encoded(as: .cbor)
        }
        var peers: [MutePeer] = []
        for person in mute {
            let peer = try MutePeer(port: house.server.port)
            peer.openSocket(token: person.token, sending: frames)
            peers.append(peer)
        }
        while try await gauge("sotto_devices_connected", of: house) < mute.count {}
        var most = 0
        // Whoever asks after them is answered after them.
        for _ in 0..<4 {
            let answer = try await house.api.raw("GET", path, token: alice.token)
            #expect(answer.status == 200)
            most = max(most, try await gauge("sotto_waiting_bytes", of: house))
        }
        #expect(most <= limit)
        #expect(try peakByteCount(of: house) < 128 << 20)
        withExtendedLifetime(peers) {}
    }

    /// Sixty people in a conversation with a page of a megabyte, which is at the path.
    private func crowd(in house: House) async throws -> (Resident, [Resident], String) {
        let alice = try await house.person("alice")
        var mute: [Resident] = []
        for index in 0..<60 { mute.append(try await house.person("mute\(index)")) }
        let view: ConversationView = try await house.api.call(
            "POST", "/v1/conversations",
            NewConversation(kind: .group, mode: .open, name: "Tea", members: mute.map(\.account)), token: alice.token)
        let text = String(repeating: "x", count: 99_000)
        for _ in 0..<12 {
            let _: Accepted = try await house.api.call(
                "POST", "/v1/conversations/\(view.conversation)/messages",
                PostRequest(clientID: .random(), text: text), token: alice.token)
        }
        return (alice, mute, "/v1/conversations/\(view.conversation)/messages?limit=200")
    }

    /// The most memory that the server has had.
    private func peakByteCount(of house: House) throws -> Int {
        let line = TextFile.read("/proc/\(house.server.pid)/status").split(separator: "\n")
            .first { $0.hasPrefix("VmHWM:") }
        return try #require(line.flatMap { Int($0.filter(\.isNumber)) }) << 10
    }

    @Test("a stranger who posts into two thousand conversations of somebody who reads slowly ends no socket of hers")
    func stranger() async throws {
        let house = try await House(arguments: Self.unlimited)
        let (stranger, victim) = (try await house.person("stranger"), try await house.person("victim"))
        let loud = try await house.socket(stranger)
        _ = try await loud.backlog()
        let count = 2000
        let conversations = try await create(count, over: loud, with: victim)
        let socket = try await house.socket(victim)
        _ = try await socket.backlog()
        socket.socket.pauseReading()

        let text = String(repeating: "spam ", count: 2000)
        let batch = 100
        for start in stride(from: 0, to: count, by: batch) {
            for conversation in conversations[start..<start + batch] {
                loud.send(.post(.init(conversation: conversation, request: .init(clientID: .random(), text: text))))
            }
            for _ in 0..<batch { _ = try await loud.first { if case .accepted = $0 { true } else { nil } } }
        }
        socket.socket.resumeReading()

        var missing = Set(conversations)
        var (events, heads) = (0, [ConversationID: SequenceNumber]())
        while !missing.isEmpty {
            switch try await socket.next() {
            case .event(let entry):
                if case .message = entry.event, missing.remove(entry.conversation) != nil { events += 1 }
            case .head(let head):
                #expect(heads.updateValue(head.seq, forKey: head.conversation) == nil)
                missing.remove(head.conversation)
            default: break
            }
        }
        #expect(events > 0 && heads.count > count / 2)
        // Every head says where the post is.
        for (conversation, seq) in heads.prefix(50) {
            let page: LogPage = try await house.api.call(
                "GET", "/v1/conversations/\(conversation)/messages?after=\(seq.rawValue - 1)", token: victim.token)
            #expect(page.items.map(\.seq) == [seq] && page.head == seq)
        }
        // And what comes now comes as it is.
        loud.send(.post(.init(conversation: conversations[0], request: .init(clientID: .random(), text: "last"))))
        _ = try await socket.first { (frame) -> Bool? in
            guard case .event(let entry) = frame, case .message(let message) = entry.event else { return nil }
            return message.text == "last" ? true : nil
        }
        socket.send(.ping(.init(stamp: 5)))
        _ = try await socket.first { if case .pong = $0 { true } else { nil } }
    }

    private func create(
        _ count: Int, over socket: FrameSocket, with person: Resident
    ) async throws -> [ConversationID] {
        let new = NewConversation(kind: .group, mode: .open, name: "Spam", members: [person.account])
        let body = try WireValue.parse(new.encoded(as: .cbor), as: .cbor)
        let context = WireContext(form: .cbor, refusesUnknownFields: false)
        var conversations: [ConversationID] = []
        while conversations.count < count {
            for id in 0..<25 {
                socket.send(.request(.init(id: UInt64(id), method: "POST", path: "/v1/conversations", body: body)))
            }
            for _ in 0..<25 {
                let made = try await socket.first { (frame) -> WireValue? in
                    if case .response(let response) = frame { response.body ?? .null } else { nil }
                }
                conversations.append(try ConversationView.decode(made.encoded(as: .cbor), in: context).conversation)
            }
        }
        return conversations
    }
}
