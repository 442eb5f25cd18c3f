import Crypto
import Transport
import Wire

// Files that wait, on their way to the server.

extension Client {
    /// Bytes of one request: a cut costs no more than these again.
    private static let pieceByteCount = 4 << 20

    /// Goes on with the files that wait, oldest first, until each is a message and sent, or given up, or the server
    /// cannot be reached. Messages do not wait for them.
    ///
    /// One caller at a time; the others wait for its news.
    public func sendFiles() async { await runFiles(until: nil) }

    /// As ``sendFiles()``.
    /// - Parameter wanted: ends once this one waits no more, or not in this run.
    func runFiles(until wanted: UInt64?) async {
        guard !fileRun.isRunning, !waitingTransfers().isEmpty else { return }
        fileRun.begin()
        var failure: ClientError?
        while failure == nil, !Task.isCancelled, wanted.map(fileRun.isOpen) ?? true,
            let number = fileRun.next()
        {
            do {
                try await upload(number)
                await sendMessages()
            } catch {
                failure = await failed(number, error)
            }
        }
        // Whose task is cancelled says nothing of the others: one of them goes on.
        fileRun.end(Task.isCancelled ? nil : failure.map { (error) in { _ in error } })
        sendFilesLater()
    }

    /// Deals with what one file met.
    /// - Returns: what keeps the others from going out as well.
    private func failed(_ number: UInt64, _ error: ClientError) async -> ClientError? {
        do throws(ClientError) {
            guard let transfer = try read(.transfer(number)) else { return nil }
            if error.endsOneFile {
                try giveUp(number, transfer, error)
                if let upload = transfer.upload { await discard(upload) }
                return nil
            }
            let told = error.isPassing ? ClientError.queued(transfer.message) : error
            guard error.concernsOneFile else { return told }
            fileRun.hold(number, told)
            return nil
        } catch {
            return error
        }
    }

    /// Tries again what was put off. Only while somebody listens: the next connect goes on in any case.
    private func sendFilesLater() {
        guard listening != nil, resendFiles == nil, !waitingTransfers().isEmpty else { return }
        resendFiles = Task {
            // Cancelled with the listening.
            guard (try? await self.surroundings.sleep(ClientLimits.fileRetryMilliseconds)) != nil else { return }
            await self.sendFilesAgain()
        }
    }

    private func sendFilesAgain() async {
        guard !Task.isCancelled else { return }
        resendFiles = nil
        await sendFiles()
    }

    // MARK: One file

    /// Brings one file to the server, and makes it a message.
    /// - Throws: what it could not get past; the file still waits then.
    private func upload(_ number: UInt64) async throws(ClientError) {
        var isResumed = true
        while let transfer = try read(.transfer(number)) {
            // Deleted from the transcript: nobody wants it sent any more.
            guard try byteCount(of: .line(transfer.line)) > 0 else { throw .file(.cancelled) }
            let spool = try SealedSpool(transfer, in: spoolFolder)
            guard let created = transfer.upload else {
                try await create(number, transfer, spool)
                isResumed = false
                continue
            }
            do throws(ClientError) {
                try await append(number, spool, created, isResumed: isResumed)
                try await complete(spool, created)
            } catch {
                try await recover(number, transfer, spool, created, from: error)
                isResumed = true
                continue
            }
            return try await finish(number, spool, created)
        }
    }

    /// The record as it is now decides: it may have been cancelled meanwhile.
    private func finish(
        _ number: UInt64, _ spool: SealedSpool, _ created: UploadCreated
    ) async throws(ClientError) {
        guard let transfer = try read(.transfer(number)) else { return await discard(created) }
        try finish(number, transfer, created)
    }

    private func create(
        _ number: UInt64, _ transfer: FileTransfer, _ spool: SealedSpool
    ) async throws(ClientError) {
        let lifetime = configuration.mediaSeconds(expiresIn: transfer.expiresIn)
        let created = try await patiently { () async throws(ClientError) in
            try await self.create(spool, expiresSeconds: lifetime)
        }
        guard var transfer = try read(.transfer(number)) else { return await discard(created) }
        transfer.upload = created
        try put(transfer, number)
    }

    /// Sends what the server has not, in order.
    private func append(
        _ number: UInt64, _ spool: SealedSpool, _ created: UploadCreated, isResumed: Bool
    ) async throws(ClientError) {
        var offset: UInt64 = 0
        if isResumed {
            offset = try await patiently { () async throws(ClientError) in try await self.offset(of: created.upload) }
        }
        var patience = Patience()
        while offset < spool.byteCount {
            fileRun.report(number, offset, of: spool.byteCount)
            guard !Task.isCancelled else { throw .unreachable(.closedLocally) }
            do throws(ClientError) {
                let piece = try spool.bytes(at: offset, count: Self.pieceByteCount)
                try await append(piece, at: offset, to: created.upload)
                offset += UInt64(piece.count)
                patience.wasRewarded()
            } catch {
                guard error.isPassing || error.isOutOfStep else { throw error }
                try await wait(&patience, after: error)
                // What the server has is what counts.
                if let found = try? await self.offset(of: created.upload) { offset = min(found, spool.byteCount) }
            }
            guard try read(.transfer(number)) != nil else { throw .file(.cancelled) }
        }
        fileRun.report(number, offset, of: spool.byteCount)
    }

    private func complete(_ spool: SealedSpool, _ created: UploadCreated) async throws(ClientError) {
        let info: MediaInfo = try await patiently { () async throws(ClientError) in
            try await self.calls.run(Endpoints.completeUpload, created.capability)
        }
        guard info.holds(spool) else { throw .unexpectedAnswer(status: 200) }
    }

    /// Puts the record in order after a failure that the file outlives.
    /// - Throws: `error`, where there is nothing to put in order; ``ClientError/file(_:)``.
    private func recover(
        _ number: UInt64, _ transfer: FileTransfer, _ spool: SealedSpool, _ created: UploadCreated,
        from error: ClientError
    ) async throws(ClientError) {
        guard var transfer = try read(.transfer(number)) else { return await discard(created) }
        if error.saysUploadIsGone {
            // An upload that has ended well is forgotten like any other; what it became is not.
            if try await isStored(spool, created) { return try finish(number, transfer, created) }
            transfer.upload = nil
        } else if case .refused(let problem) = error, problem.code == .mediaHashMismatch {
            guard spool.isIntact else { throw .file(.damaged) }
            transfer.upload = nil
            transfer.mismatchCount += 1
            guard transfer.mismatchCount < ClientLimits.fileMismatchesMax else { throw error }
        } else if case .refused(let problem) = error, problem.code == .uploadIncomplete {
            // Bytes that the server had are lost there: it says how many when it is asked again.
            transfer.mismatchCount += 1
            guard transfer.mismatchCount < ClientLimits.fileMismatchesMax else { throw error }
        } else {
            throw error
        }
        guard try read(.transfer(number)) != nil else { return await discard(created) }
        try put(transfer, number)
    }

    private func put(_ transfer: FileTransfer, _ number: UInt64) throws(ClientError) {
        var transaction = StoreTransaction()
        transaction.put(transfer, at: .transfer(number))
        try commit(transaction)
    }

    // MARK: Calls

    /// - Parameter expiresSeconds: after which the server drops the bytes by itself; `nil` for its default.
    private func create(_ spool: SealedSpool, expiresSeconds: UInt64?) async throws(ClientError) -> UploadCreated {
        let lifetime = expiresSeconds.map { [("lifetime", "expiring"), ("expires", String($0))] } ?? []
        return try await createUpload(spool.summary, lifetime)
    }

    /// - Parameter lifetime: keys and values of the upload's metadata that say how long the media stay.
    func createUpload(
        _ summary: SealedFile.Summary, _ lifetime: [(String, String)]
    ) async throws(ClientError) -> UploadCreated {
        let digits = Array("0123456789abcdef".utf8)
        let text = summary.digest.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
        let metadata = [("class", Array("sealed".utf8)), ("sha256", text)] + lifetime.map { ($0, Array($1.utf8)) }
        return try await createUpload(UInt64(summary.sealedByteCount), metadata)
    }

    func append(_ piece: [UInt8], at offset: UInt64, to upload: String) async throws(ClientError) {
        var request = Network.Request(method: "PATCH", path: upload, body: piece)
        request.headers = [
            ("Tus-Resumable", "1.0.0"), ("Upload-Offset", String(offset)),
            ("Content-Type", "application/offset+octet-stream"), ("Accept", WireForm.cbor.mediaType),
        ]
        _ = try await calls.bytes(request)
    }

    /// How much the server has.
    func offset(of upload: String) async throws(ClientError) -> UInt64 {
        var request = Network.Request(method: "HEAD", path: upload)
        request.headers = [("Tus-Resumable", "1.0.0")]
        let answer = try await calls.bytes(request)
        guard let offset = answer.uploadOffset else { throw .unexpectedAnswer(status: answer.status) }
        return offset
    }

    /// Whether an upload that the server knows no more has become what it was to become.
    private func isStored(_ spool: SealedSpool, _ created: UploadCreated) async throws(ClientError) -> Bool {
        do throws(ClientError) {
            let info: MediaInfo = try await patiently { () async throws(ClientError) in
                try await self.run(Endpoints.mediaInfo, created.media)
            }
            return info.holds(spool)
        } catch {
            guard case .refused(let problem) = error, problem.code == .notFound else { throw error }
            return false
        }
    }

    /// Ends an upload, and what may have become of it already. Out of reach, nothing is waited for: what the server
    /// keeps of it ends by itself.
    func discard(_ created: UploadCreated) async {
        var patience = Patience()
        while true {
            do throws(ClientError) {
                try await calls.run(Endpoints.abandonUpload, created.capability, as: .tus)
                return
            } catch {
                // A connection of ours that was cut may still be appending, as the server sees it.
                guard error.isOutOfStep else { break }
                guard (try? await wait(&patience, after: error)) != nil else { return }
            }
        }
        let capability = Endpoints.deleteCapability(created.deleteCapability)
        _ = try? await calls.run(Endpoints.deleteMedia, created.media, as: .init(headers: [capability]))
    }

    /// Asks for an upload.
    func createUpload(
        _ byteCount: UInt64, _ metadata: [(String, [UInt8])]
    ) async throws(ClientError) -> UploadCreated {
        let pairs = metadata.map { "\($0) \(Base64.encode($1))" }.joined(separator: ",")
        let fields = [Endpoints.uploadLength(byteCount), Endpoints.uploadMetadata(pairs)]
        return try await run(Endpoints.createUpload, headers: ServerCalls.Manner.tus.headers + fields)
    }
}

extension ServerCalls.Manner {
    /// Speaks tus, and brings no login: the capability in the path opens it.
    static let tus = ServerCalls.Manner(headers: [Endpoints.tusResumable(Endpoints.tusVersion)])
}

extension MediaInfo {
    /// Whether these are the bytes of a spool, whole.
    fileprivate func holds(_ spool: SealedSpool) -> Bool {
        state == .ready && byteCount == spool.byteCount && sha256 == spool.summary.digest
    }
}

extension ClientError {
    /// Whether the server knows an upload no more. The answer to a `HEAD` has no words.
    fileprivate var saysUploadIsGone: Bool {
        switch self {
        case .refused(let problem): problem.code == .notFound
        case .unexpectedAnswer(let status): status == 404
        default: false
        }
    }

    /// Whether one file will never be sent.
    fileprivate var endsOneFile: Bool {
        switch self {
        case .refused: !isPassing && !asksForLogin && !isOutOfStep
        case .file: true
        default: false
        }
    }

    /// Whether another file may well be sent all the same.
    fileprivate var concernsOneFile: Bool {
        switch self {
        case .refused, .unexpectedAnswer: !asksForLogin
        default: false
        }
    }
}
