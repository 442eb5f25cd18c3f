import Crypto
import Glibc
import TestKit
import Transport
import Wire

/// Uploads as a client written from the specification of tus would make them.
struct Tus {
    let house: House
    let token: String

    /// An upload that was created.
    struct Upload {
        let location: String
        let created: UploadCreated
    }

    static let version = ("Tus-Resumable", "1.0.0")
    static let bytesType = ("Content-Type", "application/offset+octet-stream")

    static func metadata(_ pairs: [(String, String)]) -> String {
        pairs.map { "\($0.0) \(Base64.encode(Array($0.1.utf8)))" }.joined(separator: ",")
    }

    static func hexadecimal(_ bytes: [UInt8]) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    /// Bytes of which no two stretches of 4 KiB are alike; made in large strokes, because builds for tests are slow.
    static func bytes(_ count: Int, seed: UInt64 = 1) -> [UInt8] {
        var random = SplitMix(seed: seed)
        let stroke = (0..<512).flatMap { _ in withUnsafeBytes(of: random.next()) { Array($0) } }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count + stroke.count)
        while bytes.count < count {
            let number = UInt64(bytes.count)
            bytes.append(contentsOf: stroke)
            withUnsafeBytes(of: number) { bytes.replaceSubrange((bytes.count - 8)..., with: $0) }
        }
        return Array(bytes.prefix(count))
    }

    /// The answer to a creation, whatever it is.
    func creation(
        of byteCount: Int, _ metadata: [(String, String)], first bytes: [UInt8] = [], more: [(String, String)] = []
    ) async throws -> HTTPResponse {
        var fields = [
            Self.version, ("Upload-Length", String(byteCount)), ("Upload-Metadata", Self.metadata(metadata)),
        ]
        if !bytes.isEmpty { fields.append(Self.bytesType) }
        return try await house.api.raw("POST", "/v1/media/uploads", token: token, headers: fields + more, body: bytes)
    }

    /// A sealed upload for `bytes`, of which the first come along.
    func create(
        _ bytes: [UInt8], first count: Int = 0, _ metadata: [(String, String)] = []
    ) async throws -> Upload {
        let digest = ("sha256", Self.hexadecimal(SHA256.hash(bytes)))
        let answer = try await creation(of: bytes.count, [digest] + metadata, first: Array(bytes.prefix(count)))
        guard answer.status == 201 else { throw try Self.problem(answer) }
        let created = try UploadCreated.decode(answer.body, in: .init(form: .json, refusesUnknownFields: false))
        return Upload(location: answer.headers["location"] ?? "", created: created)
    }

    func append(
        _ bytes: [UInt8], at offset: Int, to upload: Upload, more: [(String, String)] = []
    ) async throws -> HTTPResponse {
        try await house.api.raw(
            "PATCH", upload.location,
            headers: [Self.version, Self.bytesType, ("Upload-Offset", String(offset))] + more, body: bytes)
    }

    func offset(of upload: Upload) async throws -> Int {
        let answer = try await house.api.raw("HEAD", upload.location, headers: [Self.version])
        return answer.headers["upload-offset"].flatMap { Int($0) } ?? -answer.status
    }

    /// Stores `bytes` in one request.
    func store(_ bytes: [UInt8], _ metadata: [(String, String)] = []) async throws -> UploadCreated {
        try await create(bytes, first: bytes.count, metadata).created
    }

    /// Stores an open file, and waits until the server has looked at it.
    static func storeOpen(
        _ bytes: [UInt8], _ metadata: [(String, String)], by resident: Resident, in house: House
    ) async throws -> MediaInfo {
        let tus = Tus(house: house, token: resident.token)
        let socket = try await house.socket(resident)
        let answer = try await tus.creation(of: bytes.count, [("class", "open")] + metadata, first: bytes)
        guard answer.status == 201, let media = answer.headers["sotto-media"] else { throw try problem(answer) }
        _ = try await socket.first { (frame) -> MediaID? in
            guard case .notice(let notice) = frame, notice.topic == .media, notice.media?.description == media
            else { return nil }
            return notice.media
        }
        return try await house.api.call("GET", "/v1/media/\(media)/info", token: resident.token)
    }

    func download(_ media: MediaID, _ fields: [(String, String)] = []) async throws -> HTTPResponse {
        try await house.api.raw("GET", "/v1/media/\(media)", token: token, headers: fields)
    }

    static func problem(_ answer: HTTPResponse) throws -> Problem {
        try Problem.decode(answer.body, in: .init(form: .json, refusesUnknownFields: false))
    }

    /// Begins a request whose body is `byteCount` long, and goes on for as long as the result is held: then it is cut.
    /// - Parameter isTaken: waits until the server has taken the upload for it and asks for the body.
    func beginAppending(
        _ bytes: some Sequence<UInt8>, at offset: Int = 0, of byteCount: Int, to upload: Upload, isTaken: Bool
    ) throws -> LoopbackSocket {
        let head = """
            PATCH \(upload.location) HTTP/1.1\r\nHost: x\r\nTus-Resumable: 1.0.0\r\nUpload-Offset: \(offset)\r
            Content-Type: application/offset+octet-stream\r\nContent-Length: \(byteCount)\r
            \(isTaken ? "Expect: 100-continue\r\n" : "")\r

            """
        let request = try LoopbackSocket(port: house.server.port)
        try request.send(Array(head.utf8))
        if isTaken { try request.receive("HTTP/1.1 100 Continue\r\n\r\n") }
        try request.send(Array(bytes))
        return request
    }
}
