import Crypto
import Transport
import Wire

// Files that wait, on their way to the server.

extension FileMailer {
    /// Bytes of one request: a cut costs no more than these again.
    private static let pieceByteCount = 4 << 20

    func sendFiles() async { await runFiles(until: nil) }

    /// As ``sendFiles()``.
    /// - Parameter wanted: ends once this one waits no more, or not in this run.
    func runFiles(until wanted: UInt64?) async {
        guard !run.isRunning, !waitingTransfers().isEmpty else { return }
        run.begin()
        var failure: ClientError?
        while failure == nil, !Task.isCancelled, wanted.map(run.isOpen) ?? true,
            let number = run.next()
        {
            do {
                try await upload(number)
                await mailer.sendMessages()
            } catch {
                failure = await failed(number, error)
            }
        }
        // Whose task is cancelled says nothing of the others: one of them goes on.
        run.end(Task.isCancelled ? nil : failure.map { (error) in { _ in error } })
        // Whoever has got what it wanted leaves to others what nobody waits for any more.
        if wanted != nil, failure == nil, run.leavesSome { goOn() }
        sendFilesLater()
    }

    /// Sends what waits though its own caller has left, as long as somebody listens: else the next connect does.
    func goOn() {
        guard ground.isListening, !ground.isClosed else { return }
        ground.errands.begin { (rooms) in await rooms.files.sendFiles() }
    }

    /// Deals with what one file met.
    /// - Returns: what keeps the others from going out as well.
    private func failed(_ number: UInt64, _ error: ClientError) async -> ClientError? {
        do throws(ClientError) {
            guard let transfer = try read(.transfer(number)) else { return nil }
            if error.endsOneFile {
                try giveUp(number, transfer, error)
                if let upload = transfer.upload { await uploads.discard(upload) }
                return nil
            }
            let told = error.isPassing ? ClientError.queued(transfer.message) : error
            guard error.concernsOneFile else { return told }
            run.hold(number, told)
            return nil
        } catch {
            return error
        }
    }

    /// Tries again what was put off. Only while somebody listens: the next connect goes on in any case.
    private func sendFilesLater() {
        guard ground.isListening, resend == nil, !waitingTransfers().isEmpty else { return }
        // Cancelled with the listening.
        resend = ground.errands.begin(after: ClientLimits.fileRetryMilliseconds, surroundings.sleep) { (rooms) in
            await rooms.files.sendFilesAgain()
        }
    }

    /// What was put off is left to the next connection.
    func stopResending() {
        resend?.cancel()
        resend = nil
    }

    private func sendFilesAgain() async {
        guard !Task.isCancelled else { return }
        resend = nil
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
        guard let transfer = try read(.transfer(number)) else { return await uploads.discard(created) }
        try finish(number, transfer, created)
    }

    private func create(
        _ number: UInt64, _ transfer: FileTransfer, _ spool: SealedSpool
    ) async throws(ClientError) {
        let lifetime = configuration.mediaSeconds(expiresIn: transfer.expiresIn)
        let created = try await patiently { () async throws(ClientError) in
            try await self.create(spool, expiresSeconds: lifetime)
        }
        guard var transfer = try read(.transfer(number)) else { return await uploads.discard(created) }
        transfer.upload = created
        try put(transfer, number)
    }

    /// Sends what the server has not, in order.
    private func append(
        _ number: UInt64, _ spool: SealedSpool, _ created: UploadCreated, isResumed: Bool
    ) async throws(ClientError) {
        var offset: UInt64 = 0
        if isResumed {
            offset = try await patiently { () async throws(ClientError) in
                try await uploads.offset(of: created.upload)
            }
        }
        var patience = Patience()
        while offset < spool.byteCount {
            run.report(number, offset, of: spool.byteCount)
            guard !Task.isCancelled else { throw .unreachable(.closedLocally) }
            do throws(ClientError) {
                let piece = try spool.bytes(at: offset, count: Self.pieceByteCount)
                try await uploads.append(piece, at: offset, to: created.upload)
                offset += UInt64(piece.count)
                patience.wasRewarded()
            } catch {
                guard error.isPassing || error.isOutOfStep else { throw error }
                try await wait(&patience, after: error)
                // What the server has is what counts.
                if let found = try? await uploads.offset(of: created.upload) { offset = min(found, spool.byteCount) }
            }
            guard try read(.transfer(number)) != nil else { throw .file(.cancelled) }
        }
        run.report(number, offset, of: spool.byteCount)
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
        guard var transfer = try read(.transfer(number)) else { return await uploads.discard(created) }
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
        guard try read(.transfer(number)) != nil else { return await uploads.discard(created) }
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
        return try await uploads.createUpload(spool.summary, lifetime)
    }

    /// Whether an upload that the server knows no more has become what it was to become.
    private func isStored(_ spool: SealedSpool, _ created: UploadCreated) async throws(ClientError) -> Bool {
        do throws(ClientError) {
            let info: MediaInfo = try await patiently { () async throws(ClientError) in
                try await signed.run(Endpoints.mediaInfo, created.media)
            }
            return info.holds(spool)
        } catch {
            guard case .refused(let problem) = error, problem.code == .notFound else { throw error }
            return false
        }
    }

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
        case .unexpectedAnswer(let status, _): status == 404
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
