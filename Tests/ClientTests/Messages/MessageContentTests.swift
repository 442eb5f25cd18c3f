import Testing
import Wire

@testable import Client

@Suite("Message content")
struct MessageContentTests {
    private let id = ClientID(bytes: SixteenBytes(high: 0x0102_0304_0506_0708, low: 0x090A_0B0C_0D0E_0F10))

    @Test("reads back what it wrote")
    func roundTrip() throws {
        let time = Timestamp(milliseconds: 1_700_000_000_000)
        let plain = MessageContent(message: id, sentAt: time, text: "grüß dich 👋")
        #expect(try MessageContent.decode(plain.encoded(as: .cbor)) == plain)
        let copy = MessageContent(
            message: id, sentAt: Timestamp(milliseconds: 1), text: "x", to: AccountID(bytes: id.bytes))
        #expect(try MessageContent.decode(copy.encoded(as: .cbor)) == copy)
    }

    @Test("a deletion, an end and a file with a preview read back too; a preview that breaks a bound costs itself only")
    func more() throws {
        let time = Timestamp(milliseconds: 1)
        let deletion = MessageContent(message: id, sentAt: time, text: "", target: .random())
        #expect(deletion.kind == .delete)
        #expect(try MessageContent.decode(deletion.encoded(as: .cbor)) == deletion)
        var preview = AttachmentPreview(
            thumbHash: [1, 2, 3], width: 4000, height: 3000, thumbnail: [9], thumbnailType: "image/webp")
        var file = AttachmentPointer(
            media: "x", key: [UInt8](repeating: 1, count: 32), digest: [UInt8](repeating: 2, count: 32), byteCount: 5,
            type: nil, name: nil, preview: preview)
        var content = MessageContent(
            message: id, sentAt: time, text: "", file: file, expiresIn: 60,
            deleteCapability: String(repeating: "c", count: 43), to: AccountID(bytes: id.bytes))
        #expect(try MessageContent.decode(content.encoded(as: .cbor)) == content)
        let broken: [(inout AttachmentPreview) -> Void] = [
            { $0.thumbHash = [] }, { $0.thumbHash = [UInt8](repeating: 0, count: 65) }, { $0.width = 0 },
            { $0.height = 65_536 }, { $0.thumbnail = [] },
            { $0.thumbnail = [UInt8](repeating: 0, count: AttachmentPreview.thumbnailByteCountMax + 1) },
            { $0.thumbnailType = "" },
        ]
        for change in broken {
            var changed = preview
            change(&changed)
            file.preview = changed
            content.file = file
            let read = try MessageContent.decode(content.encoded(as: .cbor))
            #expect(read.file?.preview == nil && read.file?.media == "x")
        }
        preview.thumbnail = [UInt8](repeating: 0, count: AttachmentPreview.thumbnailByteCountMax)
        file.preview = preview
        #expect(file.note.width == 4000 && file.note.height == 3000 && file.note.thumbHash == [1, 2, 3])
    }

    @Test("a deletion of nothing, an end beyond its bounds and half a capability are refused")
    func refusedFields() {
        func encoded(_ type: String, _ more: (inout WireWriter) -> Void) -> [UInt8] {
            var writer = WireWriter(form: .cbor)
            writer.record { (writer) in
                writer.put("v", number: 1)
                writer.put("type", text: type)
                writer.put("id", id)
                writer.put("sentAt", Timestamp(milliseconds: 5))
                if type == "text" { writer.put("text", text: "x") }
                more(&writer)
            }
            return writer.bytes
        }
        #expect(throws: Never.self) { try MessageContent.decode(encoded("text") { $0.put("expiresIn", number: 5) }) }
        let bad = [
            encoded("delete") { _ in }, encoded("delete") { $0.put("target", bytes: [1, 2]) },
            encoded("text") { $0.put("expiresIn", number: 4) },
            encoded("text") { $0.put("expiresIn", number: 2_419_201) },
            encoded("text") { $0.put("deleteCapability", text: "c") },
        ]
        for bytes in bad {
            #expect(throws: WireError.self) { try MessageContent.decode(bytes) }
        }
    }

    @Test("has the bytes that the documentation shows")
    func bytes() {
        let content = MessageContent(message: id, sentAt: Timestamp(milliseconds: 1_700_000_000_000), text: "hi")
        let hex = content.encoded(as: .cbor).map { (byte) in
            let digits = String(byte, radix: 16)
            return digits.count == 1 ? "0\(digits)" : digits
        }.joined()
        #expect(
            hex == "a5" + "617601" + "64747970656474657874" + "62696450" + "0102030405060708090a0b0c0d0e0f10"
                + "6673656e744174" + "1b0000018bcfe56800" + "6474657874626869")
    }

    @Test("another version, another type, or a missing part is refused")
    func refused() {
        func encoded(_ version: UInt64, _ type: String, _ text: String?) -> [UInt8] {
            var writer = WireWriter(form: .cbor)
            writer.record { (writer) in
                writer.put("v", number: version)
                writer.put("type", text: type)
                writer.put("id", id)
                writer.put("sentAt", Timestamp(milliseconds: 5))
                writer.put("text", text: text)
            }
            return writer.bytes
        }
        #expect(throws: Never.self) { try MessageContent.decode(encoded(1, "text", "x")) }
        let bad = [encoded(2, "text", "x"), encoded(0, "text", "x"), encoded(1, "image", "x"), encoded(1, "text", nil)]
        for bytes in bad {
            #expect(throws: WireError.self) { try MessageContent.decode(bytes) }
        }
        #expect(throws: WireError.self) { try MessageContent.decode([]) }
        #expect(throws: WireError.self) { try MessageContent.decode(encoded(1, "text", "")) }
    }

    @Test("no cut of it reads")
    func cuts() {
        let whole = MessageContent(message: id, sentAt: Timestamp(milliseconds: 5), text: "hello").encoded(as: .cbor)
        for count in 0..<whole.count {
            #expect(throws: WireError.self) { try MessageContent.decode(Array(whole.prefix(count))) }
        }
    }
}
