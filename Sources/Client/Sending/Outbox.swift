/// What was taken and has not reached the server yet. It goes out with the next connection in any case.
public struct Outbox: Sendable {
    let owner: AccountOwner

    /// What waits, as ``lines()`` gives it.
    public var waiting: Observed<[Line]> {
        Observed { [owner] in await owner.run { (rooms) in rooms.watching.watchOutbox() } }
    }

    /// Works through the outbox, oldest first, until its end or until the server cannot be reached. What the server
    /// refuses for now is left, with all that is for the same account, and tried again later.
    ///
    /// Then goes on with the files that wait to be uploaded, as ``sendFiles()`` does. One caller at a time; the others
    /// wait for its end, and then try themselves what it has left.
    /// - Returns: why what still waits does not go out by itself, such as ``SottoError/Code/unlinked``; `nil` where
    ///   nothing waits, or the next connection will do.
    @discardableResult
    public func sendAll() async -> SottoError? {
        await owner.run { (rooms) in await rooms.files.sendOutbox() }.map { SottoError($0) }
    }

    /// Waits for what is on its way to the server already, such as the copies of what was sent for the own other
    /// devices, and begins nothing. For whoever closes the account after a send: the copies go out with the next
    /// connection otherwise, and that this device was unlinked is known only then, since the server does not see who
    /// sends what hides its sender.
    /// - Returns: as ``sendAll()``.
    @discardableResult
    public func settle() async -> SottoError? {
        await owner.run { (rooms) in await rooms.mailer.settle() }.map { SottoError($0) }
    }

    /// The lines of everything that was taken and that the server has not accepted yet: messages, then files, each
    /// oldest first.
    public func lines() async throws(SottoError) -> [Line] {
        try await owner.ask { (rooms) async throws(ClientError) in try rooms.files.waitingMessages() }
    }

    /// What waits to be uploaded, oldest first.
    public func files() async throws(SottoError) -> [WaitingFile] {
        try await owner.ask { (rooms) async throws(ClientError) in try rooms.files.waitingFiles() }
    }

    /// The line of a file that waits to be sent to somebody already, with the same caption, name, type and bytes. For
    /// whoever says the same again after a kill, and does not mean it twice.
    /// - Throws: ``SottoError/Code/file(_:)`` where the file cannot be read.
    public func waitingLine(of file: OutgoingFile, to person: some PersonName) async throws(SottoError) -> LineID? {
        try await owner.ask { (rooms) async throws(ClientError) in
            try await rooms.files.waitingLine(of: file, to: person.personReference)
        }
    }

    /// Goes on with a file that waits, and gives its line once the server has its message.
    /// - Parameters:
    ///   - line: its line.
    ///   - progress: as for ``Chats/send(_:to:progress:)``.
    /// - Throws: ``SottoError/Code/file(_:)`` with ``FileFailure/notWaiting``; else as ``Chats/send(_:to:progress:)``.
    @discardableResult
    public func resume(
        fileOf line: LineID, progress: @escaping @Sendable (FileProgress) -> Void = { _ in }
    ) async throws(SottoError) -> Line {
        try await owner.ask { (rooms) async throws(ClientError) in
            try await rooms.files.resume(fileOf: line, progress: progress)
        }
    }

    /// Gives up a file that waits: its line says so, its sealed bytes are gone from here, and from the server as far as
    /// it can be reached (else it drops them after a day).
    /// - Throws: ``SottoError/Code/file(_:)`` with ``FileFailure/notWaiting``, also once there is a message.
    public func cancel(fileOf line: LineID) async throws(SottoError) {
        try await owner.ask { (rooms) async throws(ClientError) in try await rooms.files.cancel(fileOf: line) }
    }

    /// Says how far files come that are uploaded from here on, whoever sent them; the last observer alone hears it.
    /// - Parameter observer: called now and then with a file's line, from any thread.
    public func watchFiles(_ observer: @escaping @Sendable (LineID, FileProgress) -> Void) async {
        await owner.run { (rooms) in rooms.files.watchFiles(observer) }
    }

    /// Goes on with the files that wait, oldest first, until each is a message and sent, or given up, or the server
    /// cannot be reached. Messages do not wait for them.
    ///
    /// One caller at a time; the others wait for its news.
    public func sendFiles() async {
        await owner.run { (rooms) in await rooms.files.sendFiles() }
    }
}
