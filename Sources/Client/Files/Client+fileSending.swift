import Crypto
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
    ) async throws(ClientError) -> HistoryEntry {
        try file.check()
        _ = try readyProfile()
        // Nothing is sealed for somebody who is not there.
        let account = try await account(of: handle)
        let (index, clientID) = try await take(file, to: account, handle)
        return try await follow(index, clientID, progress)
    }

    /// Goes on with a file that waits, and gives its line once the server has its message.
    /// - Parameters:
    ///   - index: ``HistoryEntry/index`` of its line.
    ///   - progress: as for ``send(_:to:progress:)``.
    /// - Throws: ``ClientError/file(_:)`` with ``FileFailure/notWaiting``; else as ``send(_:to:progress:)``.
    @discardableResult
    public func resume(
        fileOf index: UInt64, progress: @escaping @Sendable (FileProgress) -> Void = { _ in }
    ) async throws(ClientError) -> HistoryEntry {
        guard let transfer = try read(.transfer(index)), !fileRun.isWatched(index) else { throw .file(.notWaiting) }
        return try await follow(index, transfer.message, progress)
    }

    /// The line of a file that waits to be sent to somebody already, with the same caption, name, type and bytes. For
    /// whoever says the same again after a kill, and does not mean it twice.
    /// - Throws: ``ClientError/file(_:)`` where the file cannot be read.
    public func waitingLine(of file: OutgoingFile, to handle: Handle) async throws(ClientError) -> UInt64? {
        let source = try SourceFile(file.path)
        for index in waitingIndices() {
            guard let transfer = try read(.transfer(index)), transfer.handle == handle, transfer.name == file.name,
                transfer.caption == file.caption, transfer.type == file.type, transfer.expiresIn == file.expiresIn,
                try await Self.isSealed(from: source, transfer)
            else { continue }
            return index
        }
        return nil
    }

    @concurrent
    private static func isSealed(from source: SourceFile, _ transfer: FileTransfer) async throws(ClientError) -> Bool {
        try SealedSpool.isSealed(from: source, transfer)
    }

    private func follow(
        _ index: UInt64, _ clientID: ClientID, _ progress: @escaping @Sendable (FileProgress) -> Void
    ) async throws(ClientError) -> HistoryEntry {
        fileRun.watch(index, progress)
        defer { fileRun.unwatch(index) }
        while try read(.transfer(index)) != nil {
            if let failure = fileRun.takeFailure(index) { throw failure }
            guard !Task.isCancelled else { throw .queued(clientID) }
            if fileRun.isRunning {
                await withCheckedContinuation { (waiter) in fileRun.wait(waiter) }
            } else {
                await runFiles(until: index)
            }
        }
        if let failure = fileRun.takeFailure(index) { throw failure }
        return try await outcome(of: clientID, index)
    }

    /// A file that was taken and has not become a message yet.
    public struct WaitingFile: Sendable, Equatable {
        /// ``HistoryEntry/index`` of its line.
        public var index: UInt64
        public var handle: Handle
        public var note: FileNote
        /// As far as this process knows.
        public var progress: FileProgress
    }

    /// What waits to be uploaded, oldest first.
    public func waitingFiles() throws(ClientError) -> [WaitingFile] {
        var files: [WaitingFile] = []
        for index in waitingIndices() {
            guard let transfer = try read(.transfer(index)) else { continue }
            let progress = FileProgress(
                doneByteCount: fileRun.doneByteCount(index), byteCount: transfer.sealedByteCount)
            files.append(
                WaitingFile(index: index, handle: transfer.handle, note: transfer.note, progress: progress))
        }
        return files
    }

    /// Says how far files come that are uploaded from here on, whoever sent them; the last observer alone hears it.
    /// - Parameter observer: called now and then with ``HistoryEntry/index`` of a file's line, from any thread.
    public func watchFiles(_ observer: @escaping @Sendable (_ index: UInt64, FileProgress) -> Void) {
        fileRun.observer = observer
    }

    /// Gives up a file that waits: its line says so, its sealed bytes are gone from here, and from the server as far as
    /// it can be reached (else it drops them after a day).
    /// - Parameter index: ``HistoryEntry/index`` of its line.
    /// - Throws: ``ClientError/file(_:)`` with ``FileFailure/notWaiting``, also once there is a message.
    public func cancel(fileOf index: UInt64) async throws(ClientError) {
        guard let transfer = try read(.transfer(index)) else { throw .file(.notWaiting) }
        let isUnderWay = fileRun.current == index
        try giveUp(index, transfer, .file(.cancelled))
        // Who uploads it notices, and ends the upload then.
        if !isUnderWay, let upload = transfer.upload { await discard(upload) }
    }

    // MARK: Taking a file

    /// Seals a file and writes down that it is to be sent.
    private func take(
        _ file: OutgoingFile, to account: AccountID, _ handle: Handle
    ) async throws(ClientError) -> (index: UInt64, ClientID) {
        let source = try SourceFile(file.path)
        let byteCount = UInt64(SealedStream.sealedByteCount(SealedFile.paddedByteCount(source.byteCount)))
        try requireRoom(for: byteCount)
        fileRun.began(sealing: byteCount)
        defer { fileRun.ended(sealing: byteCount) }
        let folder = spoolFolder
        let preview = await configuration.preview(of: file)
        let spool = try await Self.seal(source, in: folder)
        do throws(ClientError) {
            return try record(
                FileTransfer(file, spool, to: account, handle, at: surroundings.now(), preview: preview))
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
        let indices = waitingIndices()
        var total = fileRun.sealing.byteCount
        for index in indices { total += try read(.transfer(index))?.sealedByteCount ?? 0 }
        guard indices.count + fileRun.sealing.count < configuration.waitingFilesMax,
            byteCount <= configuration.waitingFileBytesMax, total <= configuration.waitingFileBytesMax - byteCount
        else { throw .file(.tooManyWaiting) }
    }

    /// The transfer and its line, in one write.
    private func record(_ transfer: FileTransfer) throws(ClientError) -> (index: UInt64, ClientID) {
        let (_, own) = try readyProfile()
        var counters = try counters()
        let line = transfer.line(counters.nextHistory, own)
        counters.nextHistory += 1
        var transaction = StoreTransaction()
        transaction.put(line, at: .history(line.index))
        transaction.put(TranscriptPlace(index: line.index), at: .place(transfer.message, from: own.account))
        transaction.put(transfer, at: .transfer(line.index))
        transaction.put(counters, at: .counters)
        try commit(transaction)
        fileRun.added(line.index)
        return (line.index, transfer.message)
    }

    // MARK: How a transfer ends

    /// What waits, oldest first. Asked of the store once.
    func waitingIndices() -> [UInt64] {
        if let pending = fileRun.pending { return pending }
        let names = store.keys(withPrefix: StoreKey.transferPrefix)
        fileRun.load(names.compactMap { StoreKey.transferIndex($0) })
        return fileRun.pending ?? []
    }

    /// The server has the bytes: the transfer becomes a message of the outbox, in one write.
    func finish(_ index: UInt64, _ transfer: FileTransfer, _ upload: UploadCreated) throws(ClientError) {
        let (_, own) = try readyProfile()
        let line = try readable(.history(index)) ?? transfer.line(index, own)
        var transaction = StoreTransaction()
        transaction.remove(.transfer(index))
        let numbers = try enqueue(line, transfer.outgoing(upload), own, into: &transaction)
        try commit(transaction)
        for number in numbers { outboxRun.added(number) }
        if fileRun.isWatched(index) { outboxRun.await(transfer.message) }
        fileRun.report(index, transfer.sealedByteCount, of: transfer.sealedByteCount)
        fileRun.removed(index)
        spoolFolder.remove(transfer.spool)
    }

    /// It will not be sent: its line says why, in one write with the end of the transfer.
    func giveUp(_ index: UInt64, _ transfer: FileTransfer, _ error: ClientError) throws(ClientError) {
        var transaction = StoreTransaction()
        transaction.remove(.transfer(index))
        var expiresAt: Timestamp?
        if var line = try readable(.history(index)) {
            line.progress = .refused
            switch error {
            case .refused(let problem): line.problem = problem.code
            case .file(let failure): line.fileFailure = failure
            default: break
            }
            if let seconds = line.expiresIn {
                transaction.expire(&line, after: seconds, from: surroundings.now())
                expiresAt = line.expiresAt
            }
            transaction.put(line, at: .history(index))
        }
        try commit(transaction)
        if let expiresAt { noteExpiry(expiresAt) }
        fileRun.removed(index, error)
        spoolFolder.remove(transfer.spool)
    }

    var spoolFolder: SpoolFolder { SpoolFolder(folder: configuration.folder) }
}

extension FileTransfer {
    /// Its line in the transcript, before there is a message.
    func line(_ index: UInt64, _ own: DeviceAddress) -> HistoryEntry {
        var line = HistoryEntry(index: index, kind: .sent, peer: to, device: own.device)
        line.peerHandle = handle
        line.message = message
        line.text = caption.isEmpty ? nil : caption
        line.file = note
        line.expiresIn = expiresIn
        line.sentAt = sentAt
        line.progress = .uploading
        return line
    }
}
