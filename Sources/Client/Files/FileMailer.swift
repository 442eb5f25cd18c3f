import Crypto
import Threads
import Wire

/// Files on their way out: each becomes a message once the server has its bytes.
final class FileMailer: Room {
    let signed: SignedCalls
    let contacts: Contacts
    let uploads: Uploads
    let openUploads: OpenUploads
    let mailer: Mailer
    let transcript: Transcript
    let upkeep: Upkeep
    var run = FileRun()
    /// Sends what was put off, once it is time.
    var resend: Task<Void, Never>?

    init(
        _ ground: Ground, _ signed: SignedCalls, _ contacts: Contacts, _ uploads: Uploads,
        _ openUploads: OpenUploads, _ mailer: Mailer, _ transcript: Transcript, _ upkeep: Upkeep
    ) {
        self.signed = signed
        self.contacts = contacts
        self.uploads = uploads
        self.openUploads = openUploads
        self.mailer = mailer
        self.transcript = transcript
        self.upkeep = upkeep
        super.init(ground)
    }

    func send(
        _ file: OutgoingFile, to person: PersonReference, progress: @escaping @Sendable (FileProgress) -> Void
    ) async throws(ClientError) -> Line {
        try file.check(ClientLimits.expirySeconds)
        _ = try ownAddress()
        // Nothing is sealed for somebody who is not there.
        let account = try await contacts.metAccount(of: person)
        let name: Handle?
        if case .handle(let handle) = person { name = handle } else { name = try contacts.knownHandle(of: account) }
        guard let handle = name else { throw .noSuchChat }
        let (number, transfer) = try await take(file, to: account, handle)
        return try await follow(number, transfer, progress)
    }

    /// The same to a chat: with somebody who was met before, or an open conversation, where the server can look at it.
    func send(
        _ file: OutgoingFile, to chat: ChatID, progress: @escaping @Sendable (FileProgress) -> Void
    ) async throws(ClientError) -> Line {
        _ = try ownAddress()
        switch chat {
        case .person(let account):
            guard try contacts.knownHandle(of: account) != nil else { throw .noSuchChat }
            return try await send(file, to: .account(account), progress: progress)
        case .conversation(let id):
            try file.check(Limits.messageSeconds)
            try await mailer.logs.learn(id)
            return try await openUploads.useOpen(
                file.path, for: .conversation(id), progress
            ) { (media) async throws(ClientError) in
                let message = OutgoingMessage(text: file.caption, media: [media], expiresIn: file.expirySeconds)
                return try await mailer.send(message, to: chat)
            }
        }
    }

    @discardableResult
    func resume(
        fileOf line: LineID, progress: @escaping @Sendable (FileProgress) -> Void = { _ in }
    ) async throws(ClientError) -> Line {
        guard let (number, transfer) = try transfer(of: line), !run.isWatched(number) else {
            throw .file(.notWaiting)
        }
        return try await follow(number, transfer, progress)
    }

    /// The file that waits at a line; `nil` where none does, or none any more.
    private func transfer(of line: LineID) throws(ClientError) -> (number: UInt64, FileTransfer)? {
        guard let number = try read(.line(try transcript.place(of: line)))?.transfer,
            let transfer = try read(.transfer(number))
        else { return nil }
        return (number, transfer)
    }

    func waitingLine(of file: OutgoingFile, to person: PersonReference) async throws(ClientError) -> LineID? {
        let source = try SourceFile(file.path)
        let account: AccountID?
        switch person {
        // Of one that was never looked up nothing waits.
        case .handle(let handle): account = try read(.handle(handle))
        case .account(let named): account = named
        }
        for number in waitingTransfers() {
            guard let transfer = try read(.transfer(number)), transfer.to == account, transfer.name == file.name,
                transfer.caption == file.caption, transfer.type == file.type, transfer.expiresIn == file.expirySeconds,
                try await Self.isSealed(from: source, transfer)
            else { continue }
            return transfer.lineID(of: try ownAddress().account)
        }
        return nil
    }

    @concurrent
    private static func isSealed(from source: SourceFile, _ transfer: FileTransfer) async throws(ClientError) -> Bool {
        try SealedSpool.isSealed(from: source, transfer)
    }

    private func follow(
        _ number: UInt64, _ transfer: FileTransfer, _ progress: @escaping @Sendable (FileProgress) -> Void
    ) async throws(ClientError) -> Line {
        let id = LineID(transfer.line.chat, .message(transfer.message, by: try ownAddress().account))
        run.watch(number, progress)
        defer { run.unwatch(number) }
        do throws(ClientError) {
            try await bringToServer(number, transfer)
        } catch {
            throw mailer.whatIsTold(of: error, whileWaiting: .queued(transfer.message, line: id))
        }
        return try await mailer.outcome(of: transfer.message, at: id)
    }

    /// Returns once a file that is watched waits no more.
    private func bringToServer(_ number: UInt64, _ transfer: FileTransfer) async throws(ClientError) {
        while try read(.transfer(number)) != nil {
            if let failure = run.takeFailure(number) { throw failure }
            guard !Task.isCancelled else {
                goOn()
                throw .queued(transfer.message)
            }
            if run.isRunning {
                await run.news.waitUnlessCancelled()
            } else {
                await runFiles(until: number)
            }
        }
        if let failure = run.takeFailure(number) { throw failure }
    }

    func waitingFiles() throws(ClientError) -> [WaitingFile] {
        var files: [WaitingFile] = []
        let own = try ownAddress().account
        for number in waitingTransfers() {
            guard let transfer = try read(.transfer(number)) else { continue }
            let progress = FileProgress(
                doneByteCount: run.doneByteCount(number), byteCount: transfer.sealedByteCount)
            files.append(
                WaitingFile(
                    line: transfer.lineID(of: own), handle: transfer.handle, note: transfer.note, progress: progress))
        }
        return files
    }

    func watchFiles(_ observer: @escaping @Sendable (LineID, FileProgress) -> Void) {
        run.observer = observer
    }

    func cancel(fileOf line: LineID) async throws(ClientError) {
        guard let (number, transfer) = try transfer(of: line) else { throw .file(.notWaiting) }
        let isUnderWay = run.current == number
        try giveUp(number, transfer, .file(.cancelled))
        // Who uploads it notices, and ends the upload then.
        if !isUnderWay, let upload = transfer.upload { await uploads.discard(upload) }
    }

    // MARK: Everything that waits

    /// - Returns: why nothing more goes out, where that does not pass by itself.
    func sendOutbox() async -> ClientError? {
        let failure = await mailer.sendAllMessages()
        await sendFiles()
        return failure
    }

    func waitingMessages() throws(ClientError) -> [Line] {
        transcript.beforeShowing()
        var places: [LinePlace] = []
        for number in try outboxNumbers() {
            if let place = try outboxItem(number)?.line(number) { places.append(place) }
        }
        for number in waitingTransfers() {
            if let transfer = try read(.transfer(number)) { places.append(transfer.line) }
        }
        let own = try ownAddress()
        var lines: [Line] = []
        for place in places {
            if let line = try readable(.line(place)) { lines.append(Line(line, at: place, own: own.account)) }
        }
        return lines
    }

    // MARK: Taking a file

    /// Seals a file and writes down that it is to be sent.
    private func take(
        _ file: OutgoingFile, to account: AccountID, _ handle: Handle
    ) async throws(ClientError) -> (number: UInt64, FileTransfer) {
        let source = try SourceFile(file.path)
        let byteCount = UInt64(SealedStream.sealedByteCount(SealedFile.paddedByteCount(source.byteCount)))
        try requireRoom(for: byteCount)
        run.began(sealing: byteCount)
        defer { run.ended(sealing: byteCount) }
        let folder = spoolFolder
        let preview = await configuration.preview(of: file)
        let spool = try await Self.seal(source, in: folder)
        do throws(ClientError) {
            return try record(file, spool, to: account, handle, preview)
        } catch {
            // Whether an unknown outcome is a record, the next start finds out, and removes the spool of none.
            if error != .store(.outcomeUnknown) { folder.remove(spool.name) }
            throw error
        }
    }

    /// Away from the client's own thread: a gigabyte takes seconds.
    @concurrent
    private static func seal(
        _ source: SourceFile, in folder: SpoolFolder
    ) async throws(ClientError) -> SealedSpool {
        try SealedSpool.seal(source, in: folder)
    }

    private func requireRoom(for byteCount: UInt64) throws(ClientError) {
        let numbers = waitingTransfers()
        var total = run.sealing.byteCount
        for number in numbers { total += try read(.transfer(number))?.sealedByteCount ?? 0 }
        guard numbers.count + run.sealing.count < configuration.waitingFilesMax,
            byteCount <= configuration.waitingFileBytesMax, total <= configuration.waitingFileBytesMax - byteCount
        else { throw .file(.tooManyWaiting) }
    }

    /// The transfer and its line, in one write.
    private func record(
        _ file: OutgoingFile, _ spool: SealedSpool, to account: AccountID, _ handle: Handle,
        _ preview: AttachmentPreview?
    ) throws(ClientError) -> (number: UInt64, FileTransfer) {
        let own = try ownAddress()
        var counters = try counters()
        let number = counters.nextTransfer
        counters.nextTransfer += 1
        let now = surroundings.now()
        var edit = TranscriptEdit(store, now: now)
        let place = try edit.nextPlace(in: .person(account))
        let transfer = FileTransfer(file, spool, to: account, handle, at: now, line: place, preview: preview)
        _ = try edit.append(transfer.stored(number, own), to: place.chat)
        var transaction = StoreTransaction()
        edit.write(into: &transaction)
        transaction.put(KnownMessage(at: place), at: .message(transfer.message, from: own.account))
        transaction.put(transfer, at: .transfer(number))
        transaction.put(counters, at: .counters)
        try commit(transaction)
        run.added(number, transfer.lineID(of: own.account))
        return (number, transfer)
    }

    // MARK: How a transfer ends

    /// What waits, oldest first. Asked of the store once.
    func waitingTransfers() -> [UInt64] {
        if let pending = run.pending { return pending }
        guard let keys = try? keys(in: .transfers) else { return [] }
        // A loop, since the compiler of Swift 6.3.1 fails over the same with closures when it optimises.
        var waiting: [(number: UInt64, line: LineID?)] = []
        let own = try? ownAddress().account
        for key in keys {
            guard let number = key.number else { continue }
            let transfer = try? read(key)
            waiting.append((number, own.flatMap { transfer?.lineID(of: $0) }))
        }
        run.load(waiting)
        return run.pending ?? []
    }

    /// The server has the bytes: the transfer becomes a message of the outbox, in one write.
    func finish(_ number: UInt64, _ transfer: FileTransfer, _ upload: UploadCreated) throws(ClientError) {
        let own = try ownAddress()
        var line = try readable(.line(transfer.line)) ?? transfer.stored(number, own)
        line.progress = .queued
        line.transfer = nil
        var transaction = StoreTransaction()
        var edit = TranscriptEdit(store, now: surroundings.now())
        try edit.replace(line, at: transfer.line)
        edit.write(into: &transaction)
        let sends = try mailer.enqueue(
            line, at: transfer.line, transfer.outgoing(upload), to: transfer.to, own, into: &transaction)
        transaction.remove(.transfer(number))
        try commit(transaction)
        for send in sends { mailer.run.added(send) }
        if run.isWatched(number) { mailer.run.await(transfer.message) }
        run.report(number, transfer.sealedByteCount, of: transfer.sealedByteCount)
        run.removed(number)
        spoolFolder.remove(transfer.spool)
    }

    /// It will not be sent: its line says why, in one write with the end of the transfer.
    func giveUp(_ number: UInt64, _ transfer: FileTransfer, _ error: ClientError) throws(ClientError) {
        var transaction = StoreTransaction()
        transaction.remove(.transfer(number))
        var edit = TranscriptEdit(store, now: surroundings.now())
        var expiresAt: Timestamp?
        if var line = try readable(.line(transfer.line)) {
            line.progress = .refused
            line.transfer = nil
            switch error {
            case .refused(let problem): line.problem = problem.code
            case .file(let failure): line.fileFailure = failure
            default: break
            }
            if let seconds = line.expiresIn {
                try edit.expire(&line, at: transfer.line, after: seconds)
                expiresAt = line.expiresAt
            }
            try edit.replace(line, at: transfer.line)
        }
        edit.write(into: &transaction)
        try commit(transaction)
        if let expiresAt { upkeep.noteExpiry(expiresAt) }
        run.removed(number, error)
        spoolFolder.remove(transfer.spool)
    }

}

extension FileTransfer {
    /// What its line is called, before and after it is a message.
    /// - Parameter own: the account that sends it.
    func lineID(of own: AccountID) -> LineID { LineID(line.chat, .message(message, by: own)) }

    /// Its line in the transcript, before there is a message.
    /// - Parameter number: its own, among the files that wait.
    func stored(_ number: UInt64, _ own: DeviceAddress) -> StoredLine {
        var line = StoredLine(author: own.account, device: own.device)
        line.transfer = number
        line.message = message
        line.text = caption.isEmpty ? nil : caption
        line.file = note
        line.expiresIn = expiresIn
        line.sentAt = sentAt
        line.progress = .uploading
        return line
    }
}
