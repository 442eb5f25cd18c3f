import Crypto
import Threads
public import Wire

extension Client {
    /// Seals a file under a key of its own, uploads it, and sends a message that points to it.
    ///
    /// Once it is sealed in the client's folder and has its line in the transcript, nothing is lost and nothing doubled
    /// whatever ends: this call, the process, the server or the connection. What has not gone out waits for
    /// ``sendOutbox()`` or the next ``listen(untilIdle:_:)``, and goes on where the server has it.
    /// - Parameter progress: called now and then, from any thread; never goes back.
    /// - Throws: ``ClientError/file(_:)``; ``ClientError/store(_:)`` when there is no room for the sealed bytes;
    ///   ``ClientError/queued(_:)`` when it waits; else as ``send(_:to:expiresIn:)``.
    @discardableResult
    public func send(
        _ file: OutgoingFile, to handle: Handle, progress: @escaping @Sendable (FileProgress) -> Void = { _ in }
    ) async throws(ClientError) -> Line {
        try file.check()
        _ = try readyProfile()
        // Nothing is sealed for somebody who is not there.
        let account = try await account(of: handle)
        let (number, transfer) = try await take(file, to: account, handle)
        return try await follow(number, transfer, progress)
    }

    /// Goes on with a file that waits, and gives its line once the server has its message.
    /// - Parameters:
    ///   - line: its line.
    ///   - progress: as for ``send(_:to:progress:)``.
    /// - Throws: ``ClientError/file(_:)`` with ``FileFailure/notWaiting``; else as ``send(_:to:progress:)``.
    @discardableResult
    public func resume(
        fileOf line: LineID, progress: @escaping @Sendable (FileProgress) -> Void = { _ in }
    ) async throws(ClientError) -> Line {
        guard let (number, transfer) = try transfer(of: line), !fileRun.isWatched(number) else {
            throw .file(.notWaiting)
        }
        return try await follow(number, transfer, progress)
    }

    /// The file that waits at a line; `nil` where none does, or none any more.
    private func transfer(of line: LineID) throws(ClientError) -> (number: UInt64, FileTransfer)? {
        guard let number = try read(.line(try place(of: line)))?.transfer, let transfer = try read(.transfer(number))
        else { return nil }
        return (number, transfer)
    }

    /// The line of a file that waits to be sent to somebody already, with the same caption, name, type and bytes. For
    /// whoever says the same again after a kill, and does not mean it twice.
    /// - Throws: ``ClientError/file(_:)`` where the file cannot be read.
    public func waitingLine(of file: OutgoingFile, to handle: Handle) async throws(ClientError) -> LineID? {
        let source = try SourceFile(file.path)
        for number in waitingTransfers() {
            guard let transfer = try read(.transfer(number)), transfer.handle == handle, transfer.name == file.name,
                transfer.caption == file.caption, transfer.type == file.type, transfer.expiresIn == file.expiresIn,
                try await Self.isSealed(from: source, transfer)
            else { continue }
            return transfer.line.id
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
        fileRun.watch(number, progress)
        defer { fileRun.unwatch(number) }
        while try read(.transfer(number)) != nil {
            if let failure = fileRun.takeFailure(number) { throw failure }
            guard !Task.isCancelled else { throw .queued(transfer.message) }
            if fileRun.isRunning {
                await fileRun.news.waitUnlessCancelled()
            } else {
                await runFiles(until: number)
            }
        }
        if let failure = fileRun.takeFailure(number) { throw failure }
        return try await outcome(of: transfer.message, at: transfer.line)
    }

    /// A file that was taken and has not become a message yet.
    public struct WaitingFile: Sendable, Equatable {
        public var line: LineID
        public var handle: Handle
        public var note: FileNote
        /// As far as this process knows.
        public var progress: FileProgress
    }

    /// What waits to be uploaded, oldest first.
    public func waitingFiles() throws(ClientError) -> [WaitingFile] {
        var files: [WaitingFile] = []
        for number in waitingTransfers() {
            guard let transfer = try read(.transfer(number)) else { continue }
            let progress = FileProgress(
                doneByteCount: fileRun.doneByteCount(number), byteCount: transfer.sealedByteCount)
            files.append(
                WaitingFile(line: transfer.line.id, handle: transfer.handle, note: transfer.note, progress: progress))
        }
        return files
    }

    /// Says how far files come that are uploaded from here on, whoever sent them; the last observer alone hears it.
    /// - Parameter observer: called now and then with a file's line, from any thread.
    public func watchFiles(_ observer: @escaping @Sendable (LineID, FileProgress) -> Void) {
        fileRun.observer = observer
    }

    /// Gives up a file that waits: its line says so, its sealed bytes are gone from here, and from the server as far as
    /// it can be reached (else it drops them after a day).
    /// - Throws: ``ClientError/file(_:)`` with ``FileFailure/notWaiting``, also once there is a message.
    public func cancel(fileOf line: LineID) async throws(ClientError) {
        guard let (number, transfer) = try transfer(of: line) else { throw .file(.notWaiting) }
        let isUnderWay = fileRun.current == number
        try giveUp(number, transfer, .file(.cancelled))
        // Who uploads it notices, and ends the upload then.
        if !isUnderWay, let upload = transfer.upload { await discard(upload) }
    }

    // MARK: Taking a file

    /// Seals a file and writes down that it is to be sent.
    private func take(
        _ file: OutgoingFile, to account: AccountID, _ handle: Handle
    ) async throws(ClientError) -> (number: UInt64, FileTransfer) {
        let source = try SourceFile(file.path)
        let byteCount = UInt64(SealedStream.sealedByteCount(SealedFile.paddedByteCount(source.byteCount)))
        try requireRoom(for: byteCount)
        fileRun.began(sealing: byteCount)
        defer { fileRun.ended(sealing: byteCount) }
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
        var total = fileRun.sealing.byteCount
        for number in numbers { total += try read(.transfer(number))?.sealedByteCount ?? 0 }
        guard numbers.count + fileRun.sealing.count < configuration.waitingFilesMax,
            byteCount <= configuration.waitingFileBytesMax, total <= configuration.waitingFileBytesMax - byteCount
        else { throw .file(.tooManyWaiting) }
    }

    /// The transfer and its line, in one write.
    private func record(
        _ file: OutgoingFile, _ spool: SealedSpool, to account: AccountID, _ handle: Handle,
        _ preview: AttachmentPreview?
    ) throws(ClientError) -> (number: UInt64, FileTransfer) {
        let (_, own) = try readyProfile()
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
        fileRun.added(number, place)
        return (number, transfer)
    }

    // MARK: How a transfer ends

    /// What waits, oldest first. Asked of the store once.
    func waitingTransfers() -> [UInt64] {
        if let pending = fileRun.pending { return pending }
        guard let keys = try? keys(in: .transfers) else { return [] }
        // A loop, since the compiler of Swift 6.3.1 fails over the same with closures when it optimises.
        var waiting: [(number: UInt64, line: LinePlace?)] = []
        for key in keys {
            guard let number = key.number else { continue }
            let transfer = try? read(key)
            waiting.append((number, transfer?.line))
        }
        fileRun.load(waiting)
        return fileRun.pending ?? []
    }

    /// The server has the bytes: the transfer becomes a message of the outbox, in one write.
    func finish(_ number: UInt64, _ transfer: FileTransfer, _ upload: UploadCreated) throws(ClientError) {
        let (_, own) = try readyProfile()
        var line = try readable(.line(transfer.line)) ?? transfer.stored(number, own)
        line.progress = .queued
        line.transfer = nil
        var transaction = StoreTransaction()
        var edit = TranscriptEdit(store, now: surroundings.now())
        try edit.replace(line, at: transfer.line)
        edit.write(into: &transaction)
        let sends = try enqueue(
            line, at: transfer.line, transfer.outgoing(upload), to: transfer.to, own, into: &transaction)
        transaction.remove(.transfer(number))
        try commit(transaction)
        for send in sends { outboxRun.added(send) }
        if fileRun.isWatched(number) { outboxRun.await(transfer.message) }
        fileRun.report(number, transfer.sealedByteCount, of: transfer.sealedByteCount)
        fileRun.removed(number)
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
        if let expiresAt { noteExpiry(expiresAt) }
        fileRun.removed(number, error)
        spoolFolder.remove(transfer.spool)
    }

    var spoolFolder: SpoolFolder { SpoolFolder(folder: configuration.folder) }
}

extension FileTransfer {
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
