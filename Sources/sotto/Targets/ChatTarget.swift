import Client
import Wire

/// A chat that one word names: `@` and a handle; `#` and the id or the name of an open conversation, or the beginning
/// of one of these; or, without a sign, what a chat of this device is called, or begins with when no other does.
struct ChatTarget: Sendable {
    /// `nil` for somebody whose account this device does not know yet.
    let id: ChatID?
    /// Of the other side, where the chat is with somebody.
    let handle: Handle?
    /// As it is called, for a line of text: with its sign, so that what others call a conversation is nobody's name.
    let name: String

    /// Whether the server can read it.
    var isOpen: Bool { id?.conversation != nil }

    /// The open conversation.
    /// - Throws: ``UsageError`` for a chat with somebody.
    func conversation() throws(UsageError) -> ConversationID {
        guard let conversation = id?.conversation else {
            throw UsageError(message: "\(name) is one person; this is about conversations of several.")
        }
        return conversation
    }

    /// The other side.
    /// - Throws: ``UsageError`` for an open conversation.
    func person() throws(UsageError) -> any PersonName {
        if let handle { return handle }
        guard let account = id?.person else { throw UsageError(message: "\(name) is no person; this is about one.") }
        return account
    }

    /// The chat, also with somebody who was never met: the server is asked who that is.
    func chat(in account: Account) async throws -> ChatID {
        if let id { return id }
        guard let handle else { throw SottoError.noSuchChat }
        return .person(try await account.people.account(of: handle))
    }

    /// - Throws: ``SottoError`` (`noSuchChat`) where this device has no chat with them.
    func known() throws(SottoError) -> ChatID {
        guard let id else { throw .noSuchChat }
        return id
    }

    /// One word that names this chat, as a shell takes it.
    var word: String { handle.map { "@\($0)" } ?? id.map { "'\($0)'" } ?? name }
}

extension ChatTarget {
    /// Finds what a word names. Where the server can read what is said there, that is told.
    /// - Parameter isForSaying: whether something will be said there. Then no name that others chose decides who gets
    ///   it: a word that may be a handle is that handle, and an open conversation wants its `#`.
    /// - Throws: ``UsageError`` for what names nothing, or several; ``SottoError`` of the store.
    static func find(
        _ word: String, in account: Account, isForSaying: Bool = false, telling output: Output
    ) async throws -> ChatTarget {
        let target = try await isForSaying ? addressee(word, in: account) : find(word, in: account)
        if target.isOpen { output.note("\(target.name) is open: the server can read it.") }
        return target
    }

    private static func find(_ word: String, in account: Account) async throws -> ChatTarget {
        if let signed = try await signed(word, in: account) { return signed }
        let meant = meant(by: word, among: try await account.chats.all())
        guard meant.count <= 1 else { throw ambiguous(word, meant) }
        if let chat = meant.first { return target(of: chat) }
        // Somebody who was never met.
        guard Handle(text: word) != nil else { throw unknown(word) }
        return try await target(ofPerson: word, in: account)
    }

    /// Whom something is said to.
    private static func addressee(_ word: String, in account: Account) async throws -> ChatTarget {
        if Handle(text: word) != nil { return try await target(ofPerson: word, in: account) }
        if let signed = try await signed(word, in: account) { return signed }
        let chats = try await account.chats.all()
        let people = meant(by: word, among: chats.filter { $0.mode != .open })
        guard people.count <= 1 else { throw ambiguous(word, people) }
        if let chat = people.first { return target(of: chat) }
        guard let open = meant(by: word, among: chats).first else { throw unknown(word) }
        throw UsageError(
            message: "“\(name(of: open))” is open, so that the server can read it: say '#\(Output.oneLine(word))' "
                + "where you mean that.")
    }

    /// What begins with a sign, or is the id of an open conversation and no handle.
    private static func signed(_ word: String, in account: Account) async throws -> ChatTarget? {
        switch word.first {
        case "@": return try await target(ofPerson: String(word.dropFirst()), in: account)
        case "#": return try await conversation(String(word.dropFirst()), in: account)
        default: break
        }
        guard Handle(text: word) == nil, let id = ConversationID(text: word) else { return nil }
        return try await target(of: .conversation(id), in: account)
    }

    /// The chats whose names a word is, somebody before conversations, or else those whose names begin with it, in
    /// whatever case.
    private static func meant(by word: String, among chats: [Chat]) -> [Chat] {
        guard !word.isEmpty else { return [] }
        let wanted = word.lowercased()
        let whole = chats.filter { title(of: $0).lowercased() == wanted }
        if let person = whole.first(where: { $0.mode != .open }) { return [person] }
        return whole.isEmpty ? chats.filter { title(of: $0).lowercased().hasPrefix(wanted) } : whole
    }

    /// By id or name of an open conversation that this device knows, or the beginning of one; by an id also another.
    private static func conversation(_ text: String, in account: Account) async throws -> ChatTarget {
        if let id = ConversationID(text: text) { return try await target(of: .conversation(id), in: account) }
        let open = try await account.chats.all().filter { $0.mode == .open }
        let byID = open.filter { !text.isEmpty && $0.id.conversation?.description.hasPrefix(text) == true }
        let meant = meant(by: text, among: open)
        let both = meant + byID.filter { (chat) in !meant.contains { $0.id == chat.id } }
        guard both.count <= 1 else { throw ambiguous("#" + text, both) }
        guard let chat = both.first else { throw unknown("#" + text) }
        return target(of: chat)
    }

    /// By handle, or by the id of an account whose handle this device does not know.
    private static func target(ofPerson text: String, in account: Account) async throws -> ChatTarget {
        let named = try person(text)
        if let id = named as? AccountID { return try await target(of: .person(id), in: account) }
        let handle = try handle(text)
        return ChatTarget(id: try await account.chats.chat(with: handle), handle: handle, name: "@\(handle)")
    }

    private static func target(of id: ChatID, in account: Account) async throws -> ChatTarget {
        guard let chat = try await account.chats.chat(id) else {
            return ChatTarget(id: id, handle: nil, name: "\(id)")
        }
        return target(of: chat)
    }

    static func target(of chat: Chat) -> ChatTarget {
        ChatTarget(id: chat.id, handle: chat.handle, name: name(of: chat))
    }

    /// As a chat is shown to people: with the sign that says whether it is somebody or a conversation, whatever the
    /// others call that.
    static func name(of chat: Chat) -> String {
        chat.handle.map { "@\($0)" } ?? name(chat.name, of: chat.id)
    }

    /// - Parameter name: what an open conversation is called, where it is known.
    static func name(_ name: String?, of chat: ChatID) -> String {
        guard chat.conversation != nil, let name else { return chat.description }
        return "#\(Output.oneLine(name))"
    }

    /// What a chat is called, without a sign before it: what a word is held against.
    static func title(of chat: Chat) -> String {
        chat.handle?.text ?? chat.name.map { Output.oneLine($0) } ?? chat.id.description
    }

    static func handle(_ text: String) throws(UsageError) -> Handle {
        guard let handle = Handle(text: text.hasPrefix("@") ? String(text.dropFirst()) : text) else {
            let rule = "3 to 32 of a-z, 0-9, '.', '_', '-', a letter first"
            throw UsageError(message: "“\(Output.oneLine(text))” is not a handle: \(rule).")
        }
        return handle
    }

    /// Somebody by handle, with or without its sign, or by the id of an account.
    static func person(_ word: String) throws(UsageError) -> any PersonName {
        let text = word.hasPrefix("@") ? String(word.dropFirst()) : word
        if Handle(text: text) == nil, let account = AccountID(text: text) { return account }
        return try handle(text)
    }

    private static func unknown(_ word: String) -> UsageError {
        UsageError(
            message: "No chat is called “\(Output.oneLine(word))”. Somebody is named by handle, @bob; "
                + "sotto chats shows what there is.")
    }

    private static func ambiguous(_ word: String, _ chats: [Chat]) -> UsageError {
        let names = chats.prefix(4).map { target(of: $0).word + ($0.name == nil ? "" : " (\(name(of: $0)))") }
        let more = chats.count > 4 ? " and more" : ""
        return UsageError(
            message: "“\(Output.oneLine(word))” may be \(names.joined(separator: ", "))\(more): say more of it.")
    }
}
