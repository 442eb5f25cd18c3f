import Crypto

/// docs/protocol/attachments.md: files around the borders of buckets and chunks. A file of *n* bytes holds
/// (7 *i*) mod 256 at place *i*.
enum AttachmentVectors {
    static func make() throws -> JSON {
        let sizes = [0, 1, 1_023, 1_024, 1_025, 65_535, 65_536, 65_537, 200_000]
        return .object([("cases", .list(try sizes.map(file)))])
    }

    private static func file(_ byteCount: Int) throws -> JSON {
        let key = SealedStream.Key()
        let secret = key.exportSecret().exportUnprotected()
        var sealer = SealedFile.Sealer(key: key)
        var sealed = try sealer.seal(SessionVectors.pattern(byteCount, from: 0, step: 7))
        let summary = sealer.finish { sealed += $0 }
        return .object([
            ("size", .number(UInt64(summary.byteCount))), ("key", .hex(secret)), ("digest", .hex(summary.digest)),
            ("sealedSize", .number(UInt64(sealed.count))), ("sealedStart", .hex(Array(sealed.prefix(32)))),
            ("sealedEnd", .hex(Array(sealed.suffix(32)))),
        ])
    }
}
