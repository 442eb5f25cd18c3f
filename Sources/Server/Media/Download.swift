import Chat
import Store
import Transport
import Wire

/// A blob on its way out: checked a stretch ahead of what is being sent, and cut where it is damaged.
struct Download {
    /// Checked, then sent while the next is checked. Small enough that what was checked is still in the processor's
    /// cache when it is sent: 4 MiB cost a third of the speed, 256 KiB half of it, in waiting for one another.
    static let pieceByteCount: UInt64 = 1 << 20

    let reader: BlobReader
    /// `nil` for bytes that are not ours to name: they go out as an attachment of no type.
    let mediaType: String?
    /// Whether the address gives these bytes for ever; else a client asks each time whether they are the same.
    var staysSame = true
    /// Whether other fields of the request would get other bytes at the same address.
    var variesByAccept = false

    private var entityTag: String { "\"\(Base64URL.encode(reader.blob.sha256))\"" }

    private var headers: [(String, String)] {
        var headers = [
            ("ETag", entityTag),
            ("Cache-Control", staysSame ? "private, immutable, max-age=31536000" : "private, no-cache"),
            ("Content-Type", mediaType ?? "application/octet-stream"),
            ("Content-Security-Policy", "sandbox; default-src 'none'"),
            ("Cross-Origin-Resource-Policy", "cross-origin"),
        ]
        if mediaType == nil { headers.append(("Content-Disposition", "attachment")) }
        if variesByAccept { headers.append(("Vary", "Accept")) }
        return headers
    }

    /// Answers.
    /// - Returns: a reply without a body for a client that has the bytes already, or asks beyond the end.
    /// - Throws: `media-damaged`, when the first stretch is.
    func answer(_ exchange: HTTPExchange, _ call: Call) async throws(Problem) -> Reply? {
        let services = call.services
        if HTTPFront.matches(exchange.head.headers["if-none-match"], entityTag) {
            return Reply(status: 304, headers: headers)
        }
        let part = exchange.requestedPart(of: reader.blob.byteCount, entityTag: entityTag)
        var bytes = exchange.head.method == "HEAD" ? part.bytes.lowerBound..<part.bytes.lowerBound : part.bytes
        var piece: BlobPiece?
        switch await next(&bytes) {
        case .success(let first): piece = first
        case .failure(let error): throw Problem(error)
        }
        services.metrics.countRequest(status: part.status, isRefusal: (400..<500) ~= part.status)
        let all = headers + part.headers + call.commonHeaders + services.origins.headers(for: exchange.head)
            + [("X-Content-Type-Options", "nosniff")]
        let writer = exchange.respondStreaming(status: part.status, headers: all, byteCount: part.bytes.count)
        while let sending = piece {
            let rest = bytes
            async let ahead = following(rest)
            guard await send(sending, by: writer) else { return nil }
            let (result, left) = await ahead
            bytes = left
            guard case .success(let next) = result else {
                // Half a body must not pass for a whole one: the writer cuts the connection as it goes.
                services.log.error("media.damaged", [])
                return nil
            }
            piece = next
        }
        writer.finish()
        return nil
    }

    private func following(_ bytes: Range<UInt64>) async -> (Result<BlobPiece?, BlobError>, Range<UInt64>) {
        var bytes = bytes
        let result = await next(&bytes)
        return (result, bytes)
    }

    /// The next stretch, and what is left behind it.
    private func next(_ bytes: inout Range<UInt64>) async -> Result<BlobPiece?, BlobError> {
        guard !bytes.isEmpty else { return .success(nil) }
        let offset = bytes.lowerBound
        let byteCount = min(Self.pieceByteCount, bytes.upperBound - offset)
        bytes = (offset + byteCount)..<bytes.upperBound
        do throws(BlobError) {
            return .success(try await reader.piece(offset, byteCount))
        } catch {
            return .failure(error)
        }
    }

    /// - Returns: whether the peer is still there.
    private func send(_ piece: BlobPiece, by writer: ResponseWriter) async -> Bool {
        do {
            switch piece {
            case .bytes(let bytes): try await writer.write(bytes)
            case .file(let file, let offset, let byteCount):
                try await writer.write(file: file.descriptor, offset: offset, byteCount: byteCount)
            }
            return true
        } catch {
            return false
        }
    }
}
