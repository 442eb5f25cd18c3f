import Chat
import Transport
import Wire

/// The fields of tus 1.0 (tus.io/protocols/resumable-upload), as requests carry them.
enum TusFields {
    static let version = Endpoints.tusVersion
    static let contentType = Endpoints.uploadMediaType

    /// Stand in every answer of these routes, refusals included.
    static let always = [("Tus-Resumable", version), ("Tus-Version", version)]

    static func discovery(_ bounds: MediaBounds) -> [(String, String)] {
        [
            ("Tus-Extension", "creation,creation-with-upload,checksum,expiration,termination"),
            ("Tus-Checksum-Algorithm", UploadChecksum.Algorithm.allCases.map(\.rawValue).joined(separator: ",")),
            ("Tus-Max-Size", String(bounds.fileByteCountMax)),
        ]
    }

    /// - Throws: `upload-version`.
    static func checkVersion(_ head: RequestHead) throws(Problem) {
        guard head.headers["tus-resumable"] == version else {
            throw Problem(.uploadVersion, "Send Tus-Resumable: \(version).", field: "Tus-Resumable")
        }
    }

    /// - Throws: `unsupported-media-type`.
    static func checkContentType(_ head: RequestHead) throws(Problem) {
        guard head.headers["content-type"]?.lowercased() == contentType else {
            throw Problem(.unsupportedMediaType, "Send \(contentType).", field: "Content-Type")
        }
    }

    /// - Throws: `malformed` when the field is missing or no number.
    static func number(_ name: String, _ head: RequestHead) throws(Problem) -> UInt64 {
        guard let text = head.headers[name.lowercased()], text.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let number = UInt64(text)
        else { throw Problem(.malformed, "must be a number", field: name) }
        return number
    }

    static func checksum(_ head: RequestHead) throws(Problem) -> UploadChecksum? {
        guard let field = head.headers["upload-checksum"] else { return nil }
        return try UploadChecksum(field: field)
    }

    /// `key base64,key base64`: a value may be missing.
    /// - Throws: `malformed` for a key that stands twice, values that are not base64, and more than 4 KiB.
    static func metadata(_ head: RequestHead) throws(Problem) -> [String: String] {
        guard let field = head.headers["upload-metadata"] else { return [:] }
        let refusal = Problem(.malformed, "Pairs of a key and a base64 value, by commas.", field: "Upload-Metadata")
        guard field.utf8.count <= 4096 else { throw refusal }
        var pairs: [String: String] = [:]
        for pair in field.split(separator: ",") {
            let sides = pair.split(separator: " ")
            guard (1...2).contains(sides.count) else { throw refusal }
            let bytes = sides.count == 2 ? Base64.decode(sides[1]) : []
            guard let value = bytes.flatMap({ String(validating: $0, as: UTF8.self) }),
                pairs.updateValue(value, forKey: String(sides[0])) == nil
            else { throw refusal }
        }
        return pairs
    }
}

extension UploadDraft {
    /// What the metadata of a creation asks for.
    init(
        _ metadata: [String: String], byteCount: UInt64, in shard: Shard, by owner: DeviceAddress, now: Timestamp
    ) throws(Problem) {
        func field(_ name: String) -> Problem {
            Problem(.malformed, "not understood", field: "Upload-Metadata.\(name)")
        }
        guard let mediaClass = MediaClass(word: metadata["class"] ?? MediaClass.sealed.rawValue) else {
            throw field("class")
        }
        if mediaClass == .sealed, ["filename", "name", "filetype", "type"].contains(where: { metadata[$0] != nil }) {
            throw Problem(.plaintextInSealed, "Put names and types into the sealed message.", field: "Upload-Metadata")
        }
        var lifetime: MediaLifetime?
        if let text = metadata["lifetime"] {
            guard let known = MediaLifetime(word: text) else { throw field("lifetime") }
            lifetime = known
        }
        var use: MediaUse?
        if let text = metadata["use"] {
            guard let known = MediaUse(word: text) else { throw field("use") }
            use = known
        }
        var sha256: [UInt8]?
        if let text = metadata["sha256"] {
            guard let digest = Hexadecimal.decode(text), digest.count == 32 else { throw field("sha256") }
            sha256 = digest
        }
        var conversation: ConversationID?
        if let text = metadata["conversation"] {
            guard let id = ConversationID(text: text) else { throw field("conversation") }
            conversation = id
        }
        var seconds: UInt64?
        if let text = metadata["expires"] {
            guard let number = UInt64(text) else { throw field("expires") }
            seconds = number
        }
        try self.init(
            in: shard, by: owner, mediaClass: mediaClass, byteCount: byteCount, sha256: sha256,
            conversation: conversation, use: use, lifetime: lifetime, expiresSeconds: seconds, now: now)
    }
}

/// Bytes as pairs of digits.
enum Hexadecimal {
    static func decode(_ text: String) -> [UInt8]? {
        let digits = text.utf8.map { (byte) -> UInt8? in
            switch byte {
            case 0x30...0x39: byte - 0x30
            case 0x41...0x46: byte - 0x37
            case 0x61...0x66: byte - 0x57
            default: nil
            }
        }
        guard digits.count % 2 == 0 else { return nil }
        var bytes: [UInt8] = []
        for index in stride(from: 0, to: digits.count, by: 2) {
            guard let high = digits[index], let low = digits[index + 1] else { return nil }
            bytes.append(high << 4 | low)
        }
        return bytes
    }
}
