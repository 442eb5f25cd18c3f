import Crypto
import Glibc
import Transport
import Wire

/// `media-transfer`: one large file up and down, and many small ones up, each durable.
enum TransferVerb {
    private static let smallByteCount = 65_536
    private static let laneCount = 32

    private static let roundCount = 3

    static func measure(_ rig: Rig) async throws -> Measurement {
        let byteCount = rig.isQuick ? 128 << 20 : 1 << 30
        let body = TransferBody(byteCount: byteCount)
        return try await rig.withServer { (server) in
            let registrar = try Registrar(server.address, on: rig.loop)
            let account = try await registrar.register(count: 1)[0]
            let before = ServerFigures.resident(of: server.pid)
            // First: what a file system does with large files that were removed holds up the small ones for a while.
            let small = try await many(rig, account, registrar)
            let (media, ups) = try await uploads(of: body, rig, server, account, registrar)
            let afterUploads = ServerFigures.resident(of: server.pid, field: "VmHWM")
            let downs = try downloads(of: media, byteCount: byteCount, rig, server, account)
            let peak = ServerFigures.resident(of: server.pid, field: "VmHWM")
            return Measurement(
                verb: "media-transfer",
                title: "media-transfer: \(byteCount >> 20) MiB up and down, and 64 KiB files up",
                figures: ups + downs + [
                    Figure("resident", "server before, resident", Double(before) / 1e6, "MB"),
                    Figure("uploadPeak", "server, peak with the uploads", Double(afterUploads) / 1e6, "MB"),
                    Figure("peak", "server, peak with the downloads", Double(peak) / 1e6, "MB", target: .atMost(64)),
                    Figure("small", "64 KiB files, each durable", small, "/s", target: .atLeast(1000)),
                ])
        }
    }

    /// In turns with a plain file of the same bytes, so that what else the machine and its disk do weighs on both.
    /// - Returns: the last one, which is still there, and what was measured.
    private static func uploads(
        of body: TransferBody, _ rig: Rig, _ server: ServerProcess, _ account: BenchAccount, _ registrar: Registrar
    ) async throws -> (MediaID, [Figure]) {
        var (ups, raws, cpus): ([Double], [Double], [Double]) = ([], [], [])
        var last: MediaID?
        let (use, start, mine) = (MachineUse.now(), ServerFigures.cpu(of: server.pid), Monotonic.threadCPU())
        for _ in 0..<roundCount {
            if let last { try await delete(last, account, registrar) }
            raws.append(try RawFile.write(body, in: rig.dataFolder))
            let upload = try await create(body, account, registrar)
            let before = ServerFigures.cpu(of: server.pid)
            ups.append(try send(body, to: upload.upload, port: server.port))
            cpus.append(Double(ServerFigures.cpu(of: server.pid) - before) / Double(body.byteCount))
            last = upload.media
        }
        let own = Double(ServerFigures.cpu(of: server.pid) - start) + Double(Monotonic.threadCPU() - mine)
        guard let last else { throw BenchError.server("nothing was uploaded") }
        let (up, raw) = (median(ups), median(raws))
        return (
            last,
            [
                Figure("upload", "upload, checked and durable", up / 1e6, "MB/s", target: .atLeast(500)),
                Figure("uploadWorst", "the slowest of \(roundCount)", (ups.min() ?? 0) / 1e6, "MB/s"),
                Figure("write", "the same bytes by write and fdatasync alone", raw / 1e6, "MB/s"),
                Figure("uploadRatio", "upload against that", up / raw, ""),
                Figure("uploadCPU", "server's CPU for it, a GB", median(cpus), "s"),
            ] + MachineUse.now().figures(since: use, own: own)
        )
    }

    /// In turns with the same file by `sendfile`.
    private static func downloads(
        of media: MediaID, byteCount: Int, _ rig: Rig, _ server: ServerProcess, _ account: BenchAccount
    ) throws -> [Figure] {
        let file = try largestFile(below: "\(rig.dataFolder)/media/blobs")
        let fields = "Authorization: Bearer \(account.accessToken)\r\n"
        var (downs, raws): ([Double], [Double]) = ([], [])
        for _ in 0..<roundCount {
            raws.append(try RawSender.measure(file: file, byteCount: byteCount))
            downs.append(try receive(byteCount, from: "/v1/media/\(media)", fields, port: server.port))
        }
        let (down, raw) = (median(downs), median(raws))
        return [
            Figure("download", "download, checked", down / 1e6, "MB/s"),
            Figure("sendfile", "the same file by sendfile alone", raw / 1e6, "MB/s"),
            Figure("downloadRatio", "download against that", down / raw, "", target: .atLeast(0.8)),
        ]
    }

    private static func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }

    private static func delete(_ media: MediaID, _ account: BenchAccount, _ registrar: Registrar) async throws {
        let connection = try await registrar.connect()
        defer { connection.close() }
        let answer = try await connection.request(
            "DELETE", "/v1/media/\(media)", headers: [("Authorization", "Bearer \(account.accessToken)")])
        guard (200..<300).contains(answer.status) else { throw BenchError.server("a deletion: \(answer.status)") }
    }

    private static func fields(_ digest: [UInt8], byteCount: Int) -> [(String, String)] {
        let text = digest.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        return [
            ("Tus-Resumable", "1.0.0"), ("Upload-Length", String(byteCount)),
            ("Upload-Metadata", "sha256 \(Base64.encode(Array(text.utf8)))"),
            ("Accept", WireForm.cbor.mediaType),
        ]
    }

    private static func create(
        _ body: TransferBody, _ account: BenchAccount, _ registrar: Registrar
    ) async throws -> UploadCreated {
        let connection = try await registrar.connect()
        defer { connection.close() }
        let answer = try await connection.request(
            "POST", "/v1/media/uploads",
            headers: fields(body.digest, byteCount: body.byteCount)
                + [("Authorization", "Bearer \(account.accessToken)")])
        return try UploadCreated.decode(answer.body, in: WireContext(form: .cbor, refusesUnknownFields: false))
    }

    /// Bytes a second until the answer says that all of it is durable.
    private static func send(_ body: TransferBody, to target: String, port: UInt16) throws -> Double {
        let socket = try RawSocket.connect(port: port)
        defer { close(socket) }
        let head = """
            PATCH \(target) HTTP/1.1\r\nHost: localhost\r\nTus-Resumable: 1.0.0\r\nUpload-Offset: 0\r
            Content-Type: application/offset+octet-stream\r\nContent-Length: \(body.byteCount)\r\n\r\n
            """
        let start = Monotonic.now()
        try RawSocket.write(socket, Array(head.utf8))
        for _ in 0..<(body.byteCount / body.stroke.count) { try RawSocket.write(socket, body.stroke) }
        var answer = [UInt8](repeating: 0, count: 4096)
        let count = recv(socket, &answer, answer.count, 0)
        let seconds = Double(Monotonic.now() - start) / 1e9
        guard count > 12, answer.starts(with: Array("HTTP/1.1 204".utf8)) else {
            throw BenchError.server("the upload was not taken: \(String(decoding: answer.prefix(200), as: UTF8.self))")
        }
        return Double(body.byteCount) / seconds
    }

    private static func receive(
        _ byteCount: Int, from target: String, _ fields: String, port: UInt16
    ) throws -> Double {
        let socket = try RawSocket.connect(port: port)
        defer { close(socket) }
        let start = Monotonic.now()
        try RawSocket.write(socket, Array("GET \(target) HTTP/1.1\r\nHost: localhost\r\n\(fields)\r\n".utf8))
        try RawSender.drain(socket, atLeast: byteCount)
        return Double(byteCount) / (Double(Monotonic.now() - start) / 1e9)
    }

    /// Files a second, created, filled and completed in one request each.
    private static func many(_ rig: Rig, _ account: BenchAccount, _ registrar: Registrar) async throws -> Double {
        let bytes = [UInt8](repeating: 7, count: smallByteCount)
        let headers = fields(SHA256.hash(bytes), byteCount: smallByteCount) + [
            ("Authorization", "Bearer \(account.accessToken)"), ("Content-Type", "application/offset+octet-stream"),
        ]
        let end = Monotonic.now() + UInt64(rig.seconds(5, quick: 1) * 1e9)
        let start = Monotonic.now()
        let count = try await withThrowingTaskGroup(of: Int.self) { (group) in
            for _ in 0..<laneCount {
                group.addTask {
                    let connection = try await registrar.connect()
                    defer { connection.close() }
                    var count = 0
                    while Monotonic.now() < end {
                        try Interruption.check()
                        let answer = try await connection.request(
                            "POST", "/v1/media/uploads", headers: headers, body: bytes)
                        guard answer.status == 201 else {
                            throw BenchError.server("a small upload: \(answer.status)")
                        }
                        count += 1
                    }
                    return count
                }
            }
            return try await group.reduce(0, +)
        }
        return Double(count) / (Double(Monotonic.now() - start) / 1e9)
    }

    private static func largestFile(below folder: String) throws(BenchError) -> String {
        var largest: (path: String, byteCount: Int)?
        for number in 0..<256 {
            let name = (number < 16 ? "0" : "") + String(number, radix: 16)
            guard let stream = opendir("\(folder)/\(name)") else { continue }
            defer { closedir(stream) }
            while let entry = readdir(stream) {
                let file = withUnsafePointer(to: &entry.pointee.d_name) { (start) in
                    start.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
                }
                var status = stat()
                let path = "\(folder)/\(name)/\(file)"
                guard !file.hasPrefix("."), stat(path, &status) == 0 else { continue }
                if Int(status.st_size) > largest?.byteCount ?? 0 { largest = (path, Int(status.st_size)) }
            }
        }
        guard let largest else { throw .server("no file was stored") }
        return largest.path
    }
}

/// A body of one stroke over and over.
struct TransferBody {
    let byteCount: Int
    let stroke: [UInt8]
    let digest: [UInt8]

    init(byteCount: Int) {
        self.byteCount = byteCount
        stroke = (0..<(1 << 20)).map { UInt8(truncatingIfNeeded: $0 &* 31 ^ $0 >> 8) }
        var hash = SHA256()
        for _ in 0..<(byteCount / stroke.count) { hash.update(stroke) }
        digest = hash.finish()
    }
}
