import Testing
import Wire

@testable import Client

@Suite("Sticker packs")
struct StickerPackTests {
    private static func pointer(_ byteCount: UInt64 = 5) -> AttachmentPointer {
        AttachmentPointer(
            media: "\(MediaID.random())", key: [UInt8](repeating: 1, count: 32),
            digest: [UInt8](repeating: 2, count: 32), byteCount: byteCount, type: "image/webp", name: nil)
    }

    private static func pack(_ count: Int, title: String = "Cats", emoji: String = "🐈") -> StickerPack {
        let stickers = (0..<count).map { _ in Sticker(emoji: emoji, file: pointer()) }
        return StickerPack(title: title, author: nil, stickers: stickers)
    }

    @Test("read back what they wrote, up to the longest, which fits its bound")
    func roundTrip() throws {
        var longest = Self.pack(
            200, title: String(repeating: "🐈", count: 128), emoji: String(repeating: "🐈", count: 32))
        longest.author = String(repeating: "🐈", count: 128)
        for pack in [Self.pack(1), longest] {
            let bytes = pack.encoded(as: .cbor)
            #expect(bytes.count <= StickerPack.byteCountMax)
            #expect(try StickerPack.decode(bytes) == pack)
        }
    }

    @Test("no sticker, too many, no title, too long a file, and every cut are refused")
    func refused() {
        var heavy = Self.pack(2)
        heavy.stickers[1].file.byteCount = StickerPack.stickerByteCountMax + 1
        let bad = [
            Self.pack(0), Self.pack(201), Self.pack(1, title: ""),
            Self.pack(1, title: String(repeating: "x", count: 129)), Self.pack(1, emoji: ""),
            Self.pack(1, emoji: String(repeating: "x", count: 33)), heavy,
        ]
        for pack in bad {
            #expect(throws: WireError.self) { try StickerPack.decode(pack.encoded(as: .cbor)) }
        }
        let whole = Self.pack(2).encoded(as: .cbor)
        for count in 0..<whole.count {
            #expect(throws: WireError.self) { try StickerPack.decode(Array(whole.prefix(count))) }
        }
    }

    @Test("a link holds the pointer, whole or not at all")
    func links() {
        let pointer = Self.pointer(1000)
        let link = StickerLink.text(pointer)
        #expect(link.hasPrefix("sotto-stickers:"))
        #expect(StickerLink.pack(link) == pointer)
        for count in 0..<link.count { #expect(StickerLink.pack(String(link.prefix(count))) == nil) }
        for text in ["", "https://x", link + " ", link + "A", String(repeating: "A", count: 5000)] {
            #expect(StickerLink.pack(text) == nil)
        }
        #expect(StickerLink.pack(StickerLink.text(Self.pointer(StickerPack.byteCountMax + 1))) == nil)
    }

    @Test("a message shows its sticker without the pack; one beyond the bounds is refused")
    func content() throws {
        let sticker = StickerContent(
            pack: Self.pointer(), index: 199, sticker: Sticker(emoji: "🐈", file: Self.pointer()))
        let message = MessageContent(
            message: .random(), sentAt: Timestamp(milliseconds: 1), text: "", sticker: sticker, expiresIn: 60)
        #expect(message.kind == .sticker)
        #expect(try MessageContent.decode(message.encoded(as: .cbor)) == message)
        var (beyond, heavy) = (message, message)
        beyond.sticker?.index = 200
        heavy.sticker?.sticker.file.byteCount = StickerPack.stickerByteCountMax + 1
        for bad in [beyond, heavy] {
            #expect(throws: WireError.self) { try MessageContent.decode(bad.encoded(as: .cbor)) }
        }
    }
}
