public import Wire

extension Client {
    /// The server's custom emoji, in the order of their names.
    public func emoji() async throws(ClientError) -> [EmojiView] {
        var all: [EmojiView] = []
        var cursor: String?
        repeat {
            let after = cursor.map { "&cursor=" + Self.escaped($0) } ?? ""
            let page: Page<EmojiView> = try await patiently { () async throws(ClientError) in
                try await self.authorized("GET", "/v1/emoji?limit=\(Limits.pageItemsMax)\(after)")
            }
            all += page.items
            cursor = page.items.isEmpty ? nil : page.next
        } while cursor != nil && all.count < Limits.emojiMax
        return all
    }

    /// Adds an emoji for everybody on the server.
    /// - Parameters:
    ///   - path: of a file of at most 512 KiB.
    ///   - progress: called now and then, from any thread.
    /// - Throws: ``ClientError/image(_:)``; ``ClientError/file(_:)``; what the server refuses with, `emoji-taken` for a
    ///   name that is in use.
    public func addEmoji(
        _ name: EmojiName, _ path: String, progress: @Sendable (FileProgress) -> Void = { _ in }
    ) async throws(ClientError) -> EmojiView {
        _ = try readyProfile()
        return try await useImage(path, for: .use(.emoji), progress) { (choice) async throws(ClientError) in
            try await self.authorized("PUT", "/v1/emoji/\(name)", body: choice)
        }
    }

    /// Deletes an emoji that the account has added.
    public func removeEmoji(_ name: EmojiName) async throws(ClientError) {
        _ = try readyProfile()
        try await patiently { () async throws(ClientError) in
            try await self.authorizedRun("DELETE", "/v1/emoji/\(name)")
        }
    }

    /// The picture of an emoji.
    /// - Throws: the server's refusal, `not-found` where there is no such emoji.
    public func picture(
        ofEmoji name: EmojiName, _ form: PictureForm = PictureForm()
    ) async throws(ClientError) -> [UInt8] {
        try await picture("/v1/emoji/\(name)/image\(form.query)")
    }

    /// A cursor is the server's text; in a query it stands without what means something there.
    private static func escaped(_ text: String) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
                bytes.append(byte)
            default: bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
