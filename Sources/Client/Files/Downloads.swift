import Crypto
import Wire

/// Files that others have sent, on their way in.
final class Downloads: Room {
    let signed: SignedCalls
    let transcript: Transcript
    let upkeep: Upkeep
    /// The downloads that are under way, by their places in the store.
    var underWay: Set<String> = []

    init(_ ground: Ground, _ signed: SignedCalls, _ transcript: Transcript, _ upkeep: Upkeep) {
        self.signed = signed
        self.transcript = transcript
        self.upkeep = upkeep
        super.init(ground)
        upkeep.whenLooking.append { [unowned self] in forgetStray() }
    }

    @discardableResult
    func download(
        fileOf line: LineID, to path: String, progress: @Sendable (FileProgress) -> Void = { _ in }
    ) async throws(ClientError) -> FileNote {
        let place = try transcript.place(of: line)
        let pointer = try attachment(of: place)
        let (media, summary) = try pointer.checked()
        guard let path = FileSystem.absolutePath(of: path) else { throw .file(.unwritable) }
        let key = StoreKey.download(place, to: path)
        guard underWay.insert(key.name).inserted else { throw .file(.unwritable) }
        defer { underWay.remove(key.name) }
        var meter = DownloadMeter(byteCount: UInt64(summary.sealedByteCount))
        if let record = try read(key) {
            if NewFile.isNamed(record.partial, path) {
                try forget(key, record)
                return pointer.note
            }
            guard !FileSystem.isTaken(path) else { throw .file(.exists) }
            if let output = try? NewFile(path, resuming: record.partial, byteCount: Int(clamping: record.byteCount)) {
                do throws(ClientError) {
                    let run = DownloadRun(media: media, summary: summary, output: output, key: key, record: record)
                    try await fetch(run, try pointer.streamKey(), &meter, progress)
                    return pointer.note
                } catch {
                    guard error == .file(.notAuthentic) else { throw error }
                }
            }
            try forget(key, record)
        }
        let record = PartialDownload(
            place, path: path, partial: .random(), byteCount: 0, startedAt: surroundings.now())
        let output = try begin(record, at: key)
        let run = DownloadRun(media: media, summary: summary, output: output, key: key, record: record)
        try await fetch(run, try pointer.streamKey(), &meter, progress)
        return pointer.note
    }

    /// Fetches what is missing. What has come stays, with its record, unless it is of no use.
    private func fetch(
        _ run: DownloadRun, _ key: borrowing SealedStream.Key, _ meter: inout DownloadMeter,
        _ progress: @Sendable (FileProgress) -> Void
    ) async throws(ClientError) {
        do throws(ClientError) {
            try await fetchRest(run, key, &meter, progress)
            var transaction = StoreTransaction()
            transaction.remove(run.key)
            try commit(transaction)
        } catch {
            guard error.keepsDownload, run.resumableByteCount > 0 else {
                // The bytes go with the value.
                var transaction = StoreTransaction()
                transaction.remove(run.key)
                try? commit(transaction)
                throw error
            }
            run.output.leave()
            try? mark(run)
            throw error == .cancelled ? .file(.interrupted) : error
        }
    }

    private func fetchRest(
        _ run: DownloadRun, _ key: borrowing SealedStream.Key, _ meter: inout DownloadMeter,
        _ progress: @Sendable (FileProgress) -> Void
    ) async throws(ClientError) {
        var opener = SealedFile.Opener(key: key, summary: run.summary)
        var offset = try Self.resume(&opener, from: run.output)
        var markedByteCount = run.output.byteCount
        if offset > 0 { meter.report(offset, progress) }
        let end = UInt64(run.summary.sealedByteCount)
        while offset < end {
            guard !Task.isCancelled else { throw .file(.interrupted) }
            // Deleted meanwhile, with its message.
            guard try read(run.key) != nil else { throw .file(.none) }
            let sealed = try await fetch(run.media, offset..<min(end, offset + ClientLimits.downloadPieceByteCount))
            let opened: [UInt8]
            do { opened = try opener.open(sealed) } catch { throw .file(.notAuthentic) }
            try Self.written { () throws(LocalStoreError) in try run.output.append(opened) }
            offset += UInt64(sealed.count)
            if run.output.byteCount - markedByteCount >= ClientLimits.downloadFlushByteCount {
                markedByteCount = run.output.byteCount
                try mark(run)
            }
            meter.report(offset, progress)
        }
        let last: [UInt8]
        do { last = try opener.finish() } catch { throw .file(.notAuthentic) }
        guard try read(run.key) != nil else { throw .file(.none) }
        try Self.written { () throws(LocalStoreError) in
            try run.output.append(last)
            try run.output.finish()
        }
    }

    /// Hands what is there already to the opener.
    /// - Returns: the sealed bytes that need not be fetched.
    private static func resume(
        _ opener: inout SealedFile.Opener, from output: NewFile
    ) throws(ClientError) -> UInt64 {
        var (read, offset) = (0, UInt64(0))
        while read < output.byteCount {
            guard let piece = output.bytes(at: read, count: min(1 << 20, output.byteCount - read)), !piece.isEmpty
            else { throw .file(.notAuthentic) }
            do { offset += UInt64(try opener.resume(with: piece)) } catch { throw .file(.notAuthentic) }
            read += piece.count
        }
        return offset
    }

    // MARK: What is remembered

    /// Writes down that there will be something beside the target, then makes it.
    private func begin(
        _ record: PartialDownload, at key: StoreKey<PartialDownload>
    ) throws(ClientError) -> NewFile {
        let known = try values(in: .downloads)
        if known.count >= ClientLimits.partialDownloadsMax {
            var oldest: (key: StoreKey<PartialDownload>, record: PartialDownload)?
            for (other, found) in known where !underWay.contains(other.name) {
                if let oldest, oldest.record.startedAt <= found.startedAt { continue }
                oldest = (other, found)
            }
            if let oldest { try forget(oldest.key, oldest.record) }
        }
        var transaction = StoreTransaction()
        transaction.put(record, at: key)
        try commit(transaction)
        do throws(LocalStoreError) {
            return try NewFile(record.path, partial: record.partial)
        } catch {
            var transaction = StoreTransaction()
            transaction.remove(key)
            try commit(transaction)
            throw .file(FileFailure(writing: error))
        }
    }

    /// Makes durable what has come, and then says so: whole chunks, as far as opening can go on behind them.
    private func mark(_ run: DownloadRun) throws(ClientError) {
        try Self.written { () throws(LocalStoreError) in try run.output.flush() }
        var record = run.record
        record.byteCount = UInt64(run.resumableByteCount)
        var transaction = StoreTransaction()
        transaction.put(record, at: run.key)
        try commit(transaction)
    }

    private func forget(_ key: StoreKey<PartialDownload>, _ record: PartialDownload) throws(ClientError) {
        if NewFile.isNamed(record.partial, record.path) {
            NewFile.removeSecondName(record.partial, of: record.path)
        } else {
            NewFile.remove(record.partial, of: record.path)
        }
        var transaction = StoreTransaction()
        transaction.remove(key)
        try commit(transaction)
    }

    /// What has come of files whose messages are gone goes too: with the message, or at the next start.
    private func forgetStray() {
        for (key, record) in (try? values(in: .downloads)) ?? [] {
            guard (try? attachmentIfAny(of: record.line)) == .some(nil) else { continue }
            try? forget(key, record)
        }
    }

    private static func written<Value>(_ write: () throws(LocalStoreError) -> Value) throws(ClientError) -> Value {
        do { return try write() } catch { throw .file(FileFailure(writing: error)) }
    }
}

/// A download that is under way. Owned by the call that made it.
private struct DownloadRun {
    let media: MediaID
    let summary: SealedFile.Summary
    let output: NewFile
    let key: StoreKey<PartialDownload>
    let record: PartialDownload

    /// Bytes of what has come that opening can go on behind.
    var resumableByteCount: Int {
        let chunk = SealedStream.chunkByteCount
        return min(output.byteCount / chunk * chunk, SealedFile.resumableByteCount(summary))
    }
}

/// How far a download is, over all of its beginnings.
private struct DownloadMeter {
    let byteCount: UInt64
    private var done: UInt64?

    init(byteCount: UInt64) { self.byteCount = byteCount }

    mutating func report(_ offset: UInt64, _ progress: @Sendable (FileProgress) -> Void) {
        guard offset > done ?? 0 else { return }
        done = offset
        progress(FileProgress(doneByteCount: offset, byteCount: byteCount))
    }
}

extension ClientError {
    /// Whether what has come may be of use to a later try.
    fileprivate var keepsDownload: Bool {
        switch self {
        case .file(.notAuthentic), .file(.none): false
        // Gone, damaged there, or not for us: nobody goes on with it.
        case .refused: isPassing || asksForLogin
        default: true
        }
    }
}
