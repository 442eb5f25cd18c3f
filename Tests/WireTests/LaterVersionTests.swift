import Testing

@testable import Wire

/// What a later version adds is survived by a client and refused by a server.
/// Mirrors `WireEnumeration`, `WireUnion`, `Page`.
@Suite("Later versions") struct LaterVersionTests {
    private static let enumerations: [any WireEnumeration.Type] = [
        ConversationKind.self, ConversationMode.self, Role.self, EnvelopeKind.self, MediaClass.self, MediaState.self,
        MediaLifetime.self, MediaUse.self, PictureType.self, ReportStanding.self, DeletionReason.self,
        ServerFrame.Notice.Topic.self, ProblemCode.self,
    ]

    private func read<T: WireType>(_ type: T.Type, _ text: String, _ context: WireContext) throws -> T {
        try T.decode(Array(text.utf8), in: context)
    }

    private func check<Word: WireEnumeration>(_ type: Word.Type) throws {
        for word in ["quantum", "later", ""] {
            let read = try read(type, "\"\(word)\"", .client(.json))
            #expect(read.rawValue == "later" && !Word.words.contains(word), "\(type): \(word)")
            #expect(throws: WireError.self, "\(type): \(word)") { try self.read(type, "\"\(word)\"", .server(.json)) }
        }
        for word in Word.words {
            #expect(try self.read(type, "\"\(word)\"", .client(.json)).rawValue == word)
            #expect(Word(word: word)?.rawValue == word)
        }
        #expect(Word(word: "later") == nil)
        guard case .enumeration(_, let cases) = Word.schema else {
            Issue.record("\(type) is described as \(Word.schema)")
            return
        }
        #expect(cases == Word.words)
    }

    @Test("a word that is not known is read as one of a later version, by clients alone", arguments: enumerations)
    func words(_ type: any WireEnumeration.Type) throws { try check(type) }

    @Test("a frame or change of an unknown kind, and a known one that reads no more, is one of a later version")
    func unions() throws {
        let frames = [
            (#"{"t":"hologram","beam":{"a":[1,2]}}"#, "hologram"), (#"{"t":"envelope","number":7}"#, "envelope"),
            (#"{"t":"hello"}"#, "hello"), (#"{"t":"pong","stamp":"soon"}"#, "pong"),
        ]
        for (text, tag) in frames {
            #expect(try read(ServerFrame.self, text, .client(.json)) == .unknown(tag: tag), "\(text)")
        }
        let changes = [
            (#"{"type":"poll.created","question":"?"}"#, "poll.created"), (#"{"type":"member.role"}"#, "member.role"),
        ]
        for (text, tag) in changes {
            #expect(try read(ConversationEvent.self, text, .client(.json)) == .unknown(tag: tag), "\(text)")
        }
        #expect(throws: WireError.self) { try self.read(ClientFrame.self, #"{"t":"hologram"}"#, .client(.json)) }
        #expect(throws: WireError.self) { try self.read(ConversationEvent.self, changes[0].0, .server(.json)) }
    }

    @Test("a role, kind and mode of a later version refuse neither a page nor a log")
    func pages() throws {
        let account = AccountID.sample.description
        let members = (0..<(Limits.pageItemsMax + 50)).map { (index) in
            #"{"account":"\#(account)","role":"\#(index == 3 ? "bard" : "member")","joinedAt":"# +
                #""2026-11-20T09:30:00.000Z","badge":\#(index)}"#
        }
        let text = #"{"items":[\#(members.joined(separator: ","))],"next":"x","total":9}"#
        let page = try read(Page<MemberView>.self, text, .client(.json))
        #expect(page.items.count == members.count && page.items[3].role == .later && page.items[4].role == .member)
        #expect(Role.later < .admin && Role.later < .owner)
        #expect(throws: WireError.self) { try self.read(Page<MemberView>.self, text, .server(.json)) }
    }

    @Test("a problem with an unknown code keeps its status")
    func problems() throws {
        let text = """
            {"type":"urn:sotto:problem:too-poetic","title":"Too poetic","status":451,"code":"too-poetic",
            "detail":"Prose, please.","muse":"Calliope"}
            """
        let problem = try read(Problem.self, text, .client(.json))
        #expect(problem.code == .later && problem.status == 451 && problem.detail == "Prose, please.")
        // What is known has the status that goes with it, whatever stands beside it.
        let known = text.replacing("too-poetic", with: "not-found")
        #expect(try read(Problem.self, known, .client(.json)).status == 404)
        #expect(Problem(.notFound, "").status == 404)
    }
}
