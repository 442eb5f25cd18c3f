import Testing
import Wire

@testable import Client

/// A server of a later version meets this client.
/// Mirrors `Listening`.
@Suite("A later server", .timeLimit(.minutes(10))) struct LaterServerTests {
    private func json(_ text: String) throws -> [UInt8] {
        let value = try WireValue.parse(Array(text.utf8), as: .json)
        return value.encoded(as: .cbor)
    }

    /// An envelope frame as CBOR.
    private func envelope(_ number: UInt64, _ change: (inout [WireValue.Entry]) -> Void) throws -> [UInt8] {
        let envelope = Envelope(
            number: QueueNumber(number), id: MessageID(number), time: Timestamp(milliseconds: 1_700_000_000_000),
            sender: nil, kind: .message, body: [1])
        guard case .map(var entries) = try WireValue.parse(
            ServerFrame.envelope(envelope).encoded(as: .cbor), as: .cbor)
        else { return [] }
        change(&entries)
        return WireValue.map(entries).encoded(as: .cbor)
    }

    private func hello() -> ServerFrame {
        .hello(
            ServerFrame.Hello(
                account: .sample, device: DeviceID(1), incarnation: .sample,
                serverTime: Timestamp(milliseconds: 1_700_000_000_000)))
    }

    @Test("nothing that it says ends the listener; envelopes that cannot be read are kept, then acknowledged")
    func survives() async throws {
        let server = ScriptedServer()
        let client = try await server.client()
        let quantum = try envelope(1) { (entries) in
            entries = entries.map { $0.key == "kind" ? .init(key: "kind", value: .text("quantum")) : $0 }
        }
        let other = try envelope(2) { (entries) in
            entries = entries.map { $0.key == "body" ? .init(key: "body", value: .list([.unsigned(1)])) : $0 }
            entries.append(.init(key: "scent", value: .text("rose")))
        }
        let strange = try [
            json(#"{"t":"hologram","beam":1}"#), json(#"{"t":"notice","topic":"tide","height":4}"#),
            json(#"{"t":"event","conversation":7}"#), json(#"{"t":"goaway","reason":5}"#), quantum, other,
            json("""
                {"t":"error","problem":{"type":"urn:sotto:problem:tired","title":"x","status":499,"code":"tired",
                "detail":"Later."}}
                """),
        ]
        server.with {
            $0.strangeMessages = strange
            $0.sockets = [[hello(), .queueEmpty(.init(through: QueueNumber(2)))]]
        }
        var events: [SottoEvent] = []
        for await event in await client.events(untilIdle: true) { events.append(event) }
        #expect(events.contains(.idle))
        let troubles = events.compactMap { if case .trouble(let error) = $0 { error } else { nil } }
        #expect(troubles.filter { $0.code == "tired" }.map { $0.problem?.status } == [499])
        #expect(server.with { $0.frames }.contains(.delivered(Delivered(through: QueueNumber(2)))))
        let kept = try await client.inside { try $0.keptFrames() }
        #expect(kept == [.bytes(quantum), .bytes(other)])
        // What comes again is kept once.
        server.with { $0.sockets = [[hello(), .queueEmpty(.init(through: QueueNumber(2)))]] }
        for await _ in await client.events(untilIdle: true) {}
        #expect(try await client.inside { try $0.keptFrames() } == kept)
        await client.close()
    }

    /// An envelope with another field.
    private func envelope(_ number: UInt64, _ key: String, _ value: WireValue) throws -> [UInt8] {
        try envelope(number) { (entries) in
            entries.removeAll { $0.key == key }
            entries.append(.init(key: key, value: value))
        }
    }

    @Test("an envelope that is beyond the bounds of this version is kept, then acknowledged")
    func bounds() async throws {
        let server = ScriptedServer()
        let client = try await server.client()
        let address = WireValue.map([
            .init(key: "account", value: .bytes([UInt8](repeating: 1, count: 16))),
            .init(key: "device", value: .unsigned(1 << 32)),
        ])
        let strange = try [
            envelope(1, "body", .bytes([UInt8](repeating: 1, count: 600 << 10))),
            envelope(2, "commitment", .bytes([UInt8](repeating: 1, count: 40))), envelope(3, "sender", address),
        ]
        server.with {
            $0.strangeMessages = strange
            $0.sockets = [[hello(), .queueEmpty(.init(through: QueueNumber(3)))]]
        }
        var last: SottoEvent?
        for await event in await client.events(untilIdle: true) { last = event }
        #expect(last == .idle)
        #expect(try await client.inside { try $0.keptFrames() } == strange.map { .bytes($0) })
        #expect(server.with { $0.frames }.contains(.delivered(Delivered(through: QueueNumber(3)))))
        await client.close()
    }

    @Test("an envelope without a readable number ends the connection, and nothing behind it is acknowledged or read")
    func unreadable() async throws {
        let crowd = WireValue.map((0..<200).map { .init(key: "k\($0)", value: .unsigned($0)) })
        let lies = try [
            envelope(2, "number", .text("two")), envelope(2, "number", .unsigned(1 << 53 + 1)),
            envelope(2, "crowd", crowd),
        ]
        for lie in lies {
            let server = ScriptedServer()
            let client = try await server.client()
            let (before, behind) = try (
                envelope(1, "kind", .text("quantum")), envelope(3, "kind", .text("quantum"))
            )
            let connection = [hello(), .queueEmpty(.init(through: QueueNumber(3)))]
            server.with {
                $0.strangeMessages = [before, lie, behind]
                $0.sockets = Array(repeating: connection, count: ClientLimits.connectTriesMax)
                $0.waits = []
            }
            var events: [SottoEvent] = []
            for await event in await client.events(untilIdle: true) { events.append(event) }
            #expect(events.last == .ended(SottoError(.unreadableEnvelope)))
            let troubles = events.filter { $0 == .trouble(SottoError(.unreadableEnvelope)) }
            #expect(troubles.count == ClientLimits.connectTriesMax)
            #expect(try await client.inside { try $0.keptFrames() } == [.bytes(before)])
            let acknowledged = server.with { $0.frames }.compactMap {
                if case .delivered(let delivered) = $0 { delivered.through.rawValue } else { nil }
            }
            #expect(Set(acknowledged) == [1])
            // Each try waits for longer than the one before.
            let waits = events.compactMap { if case .disconnected(let wait) = $0 { wait } else { nil } }
            #expect(waits.count >= ClientLimits.connectTriesMax - 1 && zip(waits, waits.dropFirst()).allSatisfy(<))
            await client.close()
        }
    }

    @Test("whoever sends what nobody knows fills his own share, and what a friend sends is kept, and the queue goes on")
    func shares() async throws {
        let server = ScriptedServer()
        let client = try await server.client()
        func strange(_ number: UInt64, from sender: AccountID) throws -> [UInt8] {
            try envelope(number) { (entries) in
                entries = entries.map { $0.key == "kind" ? .init(key: "kind", value: .text("quantum")) : $0 }
                let address = DeviceAddressPayload(DeviceAddress(account: sender, device: DeviceID(1)))
                let payload = try? WireValue.parse(address.encoded(as: .cbor), as: .cbor)
                if let payload { entries.append(.init(key: "sender", value: payload)) }
                entries.append(.init(key: "ballast", value: .bytes([UInt8](repeating: 1, count: 900 << 10))))
            }
        }
        let (stranger, friend) = (AccountID(bytes: .init(high: 1, low: 1)), AccountID(bytes: .init(high: 1, low: 2)))
        let flood = try (1...30).map { try strange(UInt64($0), from: stranger) }
        let wanted = try strange(31, from: friend)
        server.with {
            $0.strangeMessages = flood + [wanted]
            $0.sockets = [[hello(), .queueEmpty(.init(through: QueueNumber(31)))]]
        }
        var events: [SottoEvent] = []
        for await event in await client.events(untilIdle: true) { events.append(event) }
        #expect(events.last == .idle)
        #expect(try await client.inside { try $0.keptFrames() } == [.bytes(flood[0]), .bytes(wanted)])
        // What is not kept is said.
        let told = events.compactMap { if case .unreadable(let line) = $0 { line } else { nil } }
        #expect(told.count == flood.count - 1)
        #expect(told.allSatisfy { $0.author.account == stranger && $0.body == .unreadable(.unknownContent) })
        #expect(try await client.chats.lines(of: .person(stranger)) == told)
        #expect(server.with { $0.frames }.contains(.delivered(Delivered(through: QueueNumber(31)))))
        await client.close()
    }

    @Test("more than is kept is not acknowledged: the listener ends and says why")
    func tooMuch() async throws {
        let server = ScriptedServer()
        let client = try await server.client()
        let count = ClientLimits.keptByteCountMax / (1 << 20)
        // What people have sent takes no room from what the server sends.
        try await client.inside { try $0.fillContents() }
        let strange = try (1...(count + 2)).map { (number) in
            try envelope(UInt64(number)) { (entries) in
                entries = entries.map { $0.key == "kind" ? .init(key: "kind", value: .text("quantum")) : $0 }
                entries.append(.init(key: "ballast", value: .bytes([UInt8](repeating: 1, count: 1 << 20))))
            }
        }
        server.with {
            $0.strangeMessages = strange
            $0.sockets = [[hello(), .queueEmpty(.init(through: QueueNumber(UInt64(count + 2))))]]
        }
        var last: SottoEvent?
        for await event in await client.events(untilIdle: true) { last = event }
        #expect(last == .ended(SottoError(.laterVersionNeeded)))
        let kept = try await client.inside { try $0.keptFrames() }.count
        #expect(kept == count - 1)
        let acknowledged = server.with { $0.frames }.compactMap {
            if case .delivered(let delivered) = $0 { delivered.through.rawValue } else { nil }
        }
        #expect(acknowledged.max() ?? 0 <= UInt64(kept))
        await client.close()
    }
}

extension Rooms {
    fileprivate func fillContents() throws {
        for index in UInt64(1)...UInt64(ClientLimits.keptByteCountMax >> 20) {
            var transaction = StoreTransaction()
            let place = LinePlace(.sample, index)
            transaction.put([UInt8](repeating: 1, count: 1 << 20), at: StoreKey<KeptContent>.keptContent(place).slot)
            try receiver.commit(transaction)
        }
        let one = KeptContent(.sample, [1], isSenderHidden: false)
        #expect(try receiver.contentShares(with: one, from: .sample) == nil)
    }

    fileprivate func keptFrames() throws -> [KeptFrame] {
        try receiver.values(in: .keptFrames).map(\.value)
    }
}
