import Testing

@testable import Wire

@Suite struct LimitsTests {
    @Test("the longest open text fits a sealed body once it is sealed, with a quarter to spare for padding")
    func textInSealedBody() {
        #expect(Limits.textLengthMax * 4 * 5 / 4 <= Limits.sealedBodyByteCountMax)
    }

    @Test("the body of a post holds the longest text in every way to write it, and a frame holds it in UTF-8")
    func textInBody() {
        let text = String(repeating: "👋", count: Limits.textLengthMax)
        let media = [MediaID](repeating: .random(), count: Limits.mediaPerMessageMax)
        let post = PostRequest(
            clientID: Catalogue.clientID, text: text, media: media, expiresIn: Limits.messageSeconds.upperBound)
        let plain = post.encoded(as: .json).count
        let escaped = plain + Limits.textLengthMax * (#"\ud83d\udc4b"#.utf8.count - "👋".utf8.count)
        #expect(escaped <= Endpoints.post.facts.bodyByteCountMax)
        #expect(plain + 100 <= Limits.frameByteCountMax)
    }

    @Test("the text of a post is described with its bound, and a longer one is read for the verb to refuse")
    func textOfPost() throws {
        guard case .record(_, let fields) = PostRequest.schema else { return #expect(Bool(false), "a record") }
        #expect(fields.first { $0.key == "text" }?.schema == .text(length: 1...Limits.textLengthMax))
        let long = String(repeating: "a", count: Limits.textLengthMax + 1)
        let post = PostRequest(clientID: Catalogue.clientID, text: long)
        #expect(try PostRequest.decode(post.encoded(as: .json), in: .server(.json)).text == long)
    }

    @Test("a frame holds the largest sealed body in either form")
    func bodyInFrame() {
        let body = [UInt8](repeating: 0xFF, count: Limits.sealedBodyByteCountMax)
        let copy = DeviceCopy(device: DeviceID(.max), registrationID: Catalogue.registrationID(16_383), body: body)
        let send = SendRequest(clientID: Catalogue.clientID, kind: .handshake, copies: [copy], isUrgent: true)
        let post = PostRequest(clientID: Catalogue.clientID, body: body)
        let envelope = Envelope(
            number: QueueNumber(1 << 53), id: MessageID(.max), time: Catalogue.endOfTime, sender: Catalogue.sender,
            kind: .handshake, conversation: Catalogue.conversation, seq: SequenceNumber(1 << 53), isUrgent: true,
            body: body)
        for form in WireForm.allCases {
            let frames = [
                ClientFrame.send(.init(to: Catalogue.account, request: send)).encoded(as: form),
                ClientFrame.post(.init(conversation: Catalogue.conversation, request: post)).encoded(as: form),
                ServerFrame.envelope(envelope).encoded(as: form),
            ]
            #expect(frames.allSatisfy { $0.count <= Limits.frameByteCountMax })
        }
    }

    @Test("a frame holds a typical send to as many devices as a send may name")
    func manyCopies() {
        let copy = DeviceCopy(
            device: DeviceID(.max), registrationID: Catalogue.registrationID(16_383), body: Catalogue.bytes(2048))
        let copies = [DeviceCopy](repeating: copy, count: Limits.devicesPerSendMax)
        let send = ClientFrame.send(
            .init(to: Catalogue.account, request: SendRequest(clientID: Catalogue.clientID, copies: copies)))
        #expect(WireForm.allCases.allSatisfy { send.encoded(as: $0).count <= Limits.frameByteCountMax })
    }

    @Test("a frame holds the largest upload of prekeys in either form")
    func uploadInFrame() {
        let count = Limits.oneTimePreKeysPerUploadMax
        let upload = PreKeyUpload(
            signedPreKey: Catalogue.signedPreKey,
            oneTimePreKeys: (0..<count).map { _ in OneTimePreKeyPayload(id: .max, key: Catalogue.bytes(32)) },
            lastResortPreKey: Catalogue.signedPreKey,
            kemOneTimePreKeys: [KEMPreKeyPayload](repeating: Catalogue.kemPreKey, count: count),
            kemLastResortPreKey: Catalogue.kemPreKey)
        #expect(WireForm.allCases.allSatisfy { upload.encoded(as: $0).count < Limits.frameByteCountMax / 2 })
    }

    @Test("prekeys are asked for while some are left, and one upload heals the stock")
    func preKeys() {
        #expect(0 < Limits.oneTimePreKeysLow)
        #expect(Limits.oneTimePreKeysLow < Limits.oneTimePreKeysPerUploadMax)
        #expect(
            Limits.oneTimePreKeysLow + Limits.oneTimePreKeysPerUploadMax <= Limits.oneTimePreKeysStoredMax)
    }

    @Test("a send reaches all devices of an account")
    func devices() {
        #expect(Limits.devicesPerAccountMax <= Limits.devicesPerSendMax)
    }

    @Test("pages and requests stay within what they are pages and requests of")
    func lists() {
        #expect((1...Limits.pageItemsMax).contains(Limits.pageItemsDefault))
        #expect(Limits.membersPerRequestMax <= Limits.membersMax)
        #expect(Limits.nameLengthMax * 4 < Limits.sealedNameByteCountMax)
    }

    @Test("a client has missed several heartbeats before it counts as gone")
    func liveness() {
        #expect(Limits.heartbeatMilliseconds * 3 <= Limits.offlineAfterMilliseconds)
        #expect(Limits.heartbeatMilliseconds < Limits.typingMilliseconds)
    }

    @Test("a challenge is short, an access token longer, a refresh token outlives the queue")
    func lifetimes() {
        #expect(Limits.challengeSeconds < Limits.accessTokenSeconds)
        #expect(Limits.accessTokenSeconds < Limits.idempotencySeconds)
        #expect(Limits.queueDays * 86_400 < Limits.refreshTokenSeconds)
    }

    // MARK: What the parser takes

    /// The most values a legal value of this shape holds; what another layer reads is counted there.
    private func nodeCountMax(_ schema: Schema) -> Int {
        switch schema {
        case .any, .boolean, .integer, .text, .bytes, .formatted, .enumeration, .timestamp: 1
        case .list(let item, let count): 1 + count.upperBound * nodeCountMax(item)
        case .record(_, let fields): 1 + fields.map { nodeCountMax($0.schema) }.reduce(0, +)
        case .union(_, _, let cases): 1 + (cases.map { nodeCountMax($0.schema) }.max() ?? 0)
        }
    }

    private func depthMax(_ schema: Schema) -> Int {
        switch schema {
        case .any, .boolean, .integer, .text, .bytes, .formatted, .enumeration, .timestamp: 0
        case .list(let item, _): 1 + depthMax(item)
        case .record(_, let fields): 1 + (fields.map { depthMax($0.schema) }.max() ?? 0)
        case .union(_, _, let cases): cases.map { depthMax($0.schema) }.max() ?? 0
        }
    }

    /// What only a server writes; everything else a client may send.
    private static let responsesOnly: Set = [
        "LogPage", "Page<Envelope>", "Page<ConversationView>", "Page<MemberView>", "Page<EmojiView>",
    ]

    @Test("the parser takes the largest legal value of every type", arguments: Catalogue.all)
    func parserBounds(specimen: Specimen) {
        let isResponse = Self.responsesOnly.contains(specimen.typeName)
        let countMax = isResponse ? WireLimits.responseNodeCountMax : WireLimits.requestNodeCountMax
        #expect(nodeCountMax(specimen.schema) <= countMax)
        // Inside the socket a body lies in a `req` or a `res`, one level further down.
        #expect(depthMax(specimen.schema) + 1 <= WireLimits.depthMax)
    }

    @Test("a full page of the largest log entries reads")
    func fullPage() throws {
        let accounts = [AccountID](repeating: Catalogue.account, count: Limits.membersMax)
        var entry = Catalogue.entry
        entry.event = .membersAdded(.init(accounts: accounts))
        let page = LogPage(items: [LogEntry](repeating: entry, count: Limits.pageItemsMax), head: SequenceNumber(1))
        let bytes = page.encoded(as: .cbor)
        #expect(try LogPage.decode(bytes, in: .client(.cbor)).items.count == page.items.count)
        #expect(throws: WireError.self) { try LogPage.decode(bytes, in: .server(.cbor)) }
    }
}
