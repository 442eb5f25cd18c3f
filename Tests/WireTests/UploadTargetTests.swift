import Testing

@testable import Wire

@Suite struct UploadTargetTests {
    private func created(_ upload: String) -> [UInt8] {
        let created = UploadCreated(
            media: .sample, capability: .sample, deleteCapability: String(repeating: "d", count: 43), offset: 0,
            expiresAt: Timestamp(milliseconds: 0))
        guard case .map(let entries)? = try? WireValue.parse(created.encoded(as: .cbor), as: .cbor) else { return [] }
        let changed = entries.map { $0.key == "upload" ? WireValue.Entry(key: "upload", value: .text(upload)) : $0 }
        var writer = WireWriter(form: .cbor)
        WireValue.map(changed).write(to: &writer)
        return writer.bytes
    }

    @Test("where to append is an upload of the server and nothing else")
    func targets() throws {
        let context = WireContext(form: .cbor, refusesUnknownFields: false)
        let good = "/v1/media/uploads/" + String(repeating: "aZ09-_k", count: 6)
        #expect(try UploadCreated.decode(created(good), in: context).upload == good)
        let bad = [
            "", "/", "/v1/media/uploads/", "/v1/media/uploads/a b", "/v1/media/uploads/a\r\nX: y",
            "/v1/media/uploads/é", "/v1/media/uploads/../../accounts", "/v1/media/uploads/a?b", "/v1/media/uploadsX",
            "v1/media/uploads/a", "/v1/media/uploads/\u{0}", "/v1/media/uploads/" + String(repeating: "a", count: 183),
        ]
        for upload in bad {
            #expect(throws: WireError.self, "\(upload)") { try UploadCreated.decode(created(upload), in: context) }
        }
    }
}
