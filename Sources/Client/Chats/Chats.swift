public import Wire

/// The chats of this device: what is said in them, and what one says.
public struct Chats: Sendable {
    let owner: AccountOwner

    /// Every chat, as ``all()`` lists them.
    public var list: Observed<[Chat]> {
        Observed { [owner] in await owner.run { (rooms) in rooms.watching.watchChats() } }
    }

    /// A window of a chat, told of everything that changes in it.
    /// - Parameters:
    ///   - opening: where it opens.
    ///   - count: lines to begin with, at most.
    /// - Throws: ``SottoError/Code/noSuchMessage`` for a line that is not there.
    public func timeline(
        of chat: ChatID, at opening: Timeline.Opening = .newest, count: Int = 50
    ) async throws(SottoError) -> Timeline {
        let number = try await owner.ask { (rooms) async throws(ClientError) in
            try await rooms.watching.timeline(of: chat, at: opening, count: count)
        }
        return Timeline(chat, number: number, owner)
    }

    /// Every chat of this device, the one in which something came or went last first.
    public func all() async throws(SottoError) -> [Chat] {
        try await owner.ask { (rooms) async throws(ClientError) in try rooms.transcript.chats() }
    }

    /// One chat; `nil` where nothing came or went yet.
    public func chat(_ id: ChatID) async throws(SottoError) -> Chat? {
        try await owner.ask { (rooms) async throws(ClientError) in try rooms.transcript.chat(id) }
    }

    /// The chat with somebody whose keys were verified before; `nil` for one who was never met.
    public func chat(with person: some PersonName) async throws(SottoError) -> ChatID? {
        try await owner.ask { (rooms) async throws(ClientError) in
            try rooms.transcript.chat(with: person.personReference)
        }
    }

    /// The newest lines of a chat, or those before a number: oldest first. Those of an open conversation that are not
    /// here are fetched; where the server cannot be reached, what is here has to do.
    /// - Parameters:
    ///   - number: ``Line/number``; only smaller ones.
    ///   - limit: at most so many; of an open conversation a thousand.
    public func lines(
        of chat: ChatID, before number: SequenceNumber? = nil, limit: Int = 50
    ) async throws(SottoError) -> [Line] {
        try await owner.ask { (rooms) async throws(ClientError) in
            try await rooms.watching.lines(of: chat, before: number?.rawValue, limit: limit)
        }
    }

    /// The lines of a chat behind a number, oldest first; fetched as ``lines(of:before:limit:)`` does.
    /// - Parameters:
    ///   - number: ``Line/number``; only greater ones.
    ///   - limit: at most so many; of an open conversation a thousand.
    public func lines(
        of chat: ChatID, after number: SequenceNumber, limit: Int = 50
    ) async throws(SottoError) -> [Line] {
        try await owner.ask { (rooms) async throws(ClientError) in
            try await rooms.watching.lines(of: chat, after: number.rawValue, limit: limit)
        }
    }

    /// One line; `nil` for one that never was, or has disappeared. Of an open conversation it is fetched by its number.
    public func line(_ id: LineID) async throws(SottoError) -> Line? {
        try await owner.ask { (rooms) async throws(ClientError) in try await rooms.watching.line(id) }
    }

    // MARK: Saying something

    /// Says something in a chat, and returns when the server has accepted it.
    ///
    /// With one person it is sealed for every device of theirs, and for the own other ones; they may be offline. In an
    /// open conversation the server can read it. When the server cannot be reached the message stays in the outbox and
    /// goes out with the next connection.
    /// - Parameters:
    ///   - chat: with somebody who was met before, or an open conversation.
    ///   - expiresIn: after which the message disappears, five seconds to 28 days: here, counted from when the server
    ///     accepted it; there, from when it came. In an open conversation up to a year, and for everybody at once.
    /// - Throws: ``SottoError/Code/noSuchChat``; ``SottoError/Code/badExpiry``; ``SottoError/Code/queued``;
    ///   what the server refuses with; ``SottoError/Code/untrustedKeys``, after
    ///   which nothing was sent.
    @discardableResult
    public func send(_ text: String, to chat: ChatID, expiresIn: Duration? = nil) async throws(SottoError) -> Line {
        try await owner.ask { (rooms) async throws(ClientError) in
            try await rooms.mailer.send(OutgoingMessage(text: text, expiresIn: expiresIn?.wholeSeconds), to: chat)
        }
    }

    /// The same to somebody by handle or account, whom this device may meet with that.
    /// - Throws: as ``send(_:to:expiresIn:)-(_,ChatID,_)``.
    @discardableResult
    public func send(
        _ text: String, to person: some PersonName, expiresIn: Duration? = nil
    ) async throws(SottoError) -> Line {
        try await owner.ask { (rooms) async throws(ClientError) in
            try await rooms.mailer.send(
                OutgoingMessage(text: text, expiresIn: expiresIn?.wholeSeconds), to: person.personReference)
        }
    }

    /// Sends a file to a chat.
    ///
    /// With one person it is sealed under a key of its own. Once it is sealed in the client's folder and has its line,
    /// nothing is lost and nothing doubled whatever ends: this call, the process, the server or the connection. What
    /// has not gone out waits for ``Outbox/sendAll()`` or the next ``Account/events(untilIdle:)``, and goes on where
    /// the server has it.
    ///
    /// To an open conversation it is uploaded as it is, where the server can look at it; what is cut short before it is
    /// posted begins anew.
    /// - Parameter progress: called now and then, from any thread; never goes back.
    /// - Throws: ``SottoError/Code/file(_:)``; ``SottoError/Code/image(_:)`` for an empty file in an open conversation;
    ///   ``SottoError/Code/store`` when there is no room for the sealed bytes; ``SottoError/Code/queued`` when it
    ///   waits; else as for a text.
    @discardableResult
    public func send(
        _ file: OutgoingFile, to chat: ChatID, progress: @escaping @Sendable (FileProgress) -> Void = { _ in }
    ) async throws(SottoError) -> Line {
        try await owner.ask { (rooms) async throws(ClientError) in
            try await rooms.files.send(file, to: chat, progress: progress)
        }
    }

    /// The same to somebody by handle or account; by account to one whose handle this device knows.
    @discardableResult
    public func send(
        _ file: OutgoingFile, to person: some PersonName,
        progress: @escaping @Sendable (FileProgress) -> Void = { _ in }
    ) async throws(SottoError) -> Line {
        try await owner.ask { (rooms) async throws(ClientError) in
            try await rooms.files.send(file, to: person.personReference, progress: progress)
        }
    }

    /// Sends a file to somebody by handle or account, with nothing said of when it ends.
    /// - Throws: as the others.
    @discardableResult
    public func send(
        file path: String, caption: String = "", type: String? = nil, to person: some PersonName,
        progress: @escaping @Sendable (FileProgress) -> Void = { _ in }
    ) async throws(SottoError) -> Line {
        try await send(OutgoingFile(path: path, caption: caption, type: type), to: person, progress: progress)
    }

    /// Takes a message out of this device's transcript, with the key of its file. One of the own account is deleted
    /// for everybody: the recipient's devices and the own other ones are told, and the server drops the file's bytes.
    /// One that came from somebody else is deleted on this device alone, and nobody hears of it.
    ///
    /// In an open conversation a message is deleted for everybody, with its media, also somebody else's where the own
    /// role allows it; it is empty here once it is empty there.
    ///
    /// What the server cannot be told now waits, and goes out with the next connection.
    /// - Parameters:
    ///   - id: the message.
    ///   - forMeOnly: leaves everybody else's copy as it is, also of an own message.
    /// - Returns: what is left of the line.
    /// - Throws: ``SottoError/Code/noSuchMessage``; ``SottoError/Code/deletedForAllOnly``; ``SottoError/Code/queued``
    ///   where the others hear of it later; else as for a text. A line of a chat with one person is empty all the same.
    @discardableResult
    public func delete(_ id: LineID, forMeOnly: Bool = false) async throws(SottoError) -> Line {
        try await owner.ask { (rooms) async throws(ClientError) in
            _ = try await rooms.watching.line(id)
            return try await rooms.retraction.delete(id, forMeOnly: forMeOnly)
        }
    }
}
