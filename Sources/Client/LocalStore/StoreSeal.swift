import Crypto
import Wire

/// Seals values for their places and opens them, and gives scopes and names the look they have in the file.
///
/// A sealed value is XChaCha20-Poly1305 under a key of its own use: nonce (24), ciphertext, tag (16). Bound data: the
/// file id (16), then the ``StoreAddress``, so that no value opens at another place or in another file. Plaintext,
/// numbers big-endian:
///
/// | size | field |
/// |---|---|
/// | 4 | size *v* of the value |
/// | 2 | size *n* of the name, zero at a numbered place |
/// | *n* | name, UTF-8 |
/// | *v* | value |
/// | | zeros up to the next multiple of 16 |
///
/// Scopes and names are keyed BLAKE2b, 16 bytes: of the scope's name; and of the name of a place behind its scope and
/// room, of which the first 63 bits are the place. The terms of the ``StoreSum`` are the same of address and tag.
struct StoreSeal: ~Copyable {
    /// What a sealed value holds.
    struct Content: Equatable {
        /// `nil` at a numbered place.
        var name: String?
        var value: [UInt8]
    }

    /// What was opened, as it lies.
    struct Opened {
        fileprivate let plaintext: [UInt8]
        fileprivate let nameEnd: Int
        fileprivate let valueEnd: Int

        var name: String? {
            let name = plaintext[StoreSeal.prefixByteCount..<nameEnd]
            return name.isEmpty ? nil : String(decoding: name, as: UTF8.self)
        }

        var value: ArraySlice<UInt8> { plaintext[nameEnd..<valueEnd] }
    }

    private static let prefixByteCount = 6

    private let fileID: [UInt8]
    private let values: XChaCha20Poly1305.Key
    private let names: SecretBytes
    private let terms: SecretBytes

    init(head: StoreHead, mainKey: borrowing SecretBytes) throws(LocalStoreError) {
        fileID = head.fileID
        names = head.key("names", mainKey, byteCount: 32)
        terms = head.key("sum", mainKey, byteCount: 32)
        do {
            values = try XChaCha20Poly1305.Key(head.key("values", mainKey, byteCount: 32))
        } catch {
            throw .wrongKey
        }
    }

    // MARK: Places

    borrowing func scope(_ scope: StoreScope) -> SixteenBytes {
        let words = Self.words(BLAKE2b.hash(Array("scope/\(scope.name)".utf8), key: names, byteCount: 16))
        return SixteenBytes(high: words.high, low: words.low)
    }

    borrowing func address(of slot: StoreSlot) -> StoreAddress {
        let scope = scope(slot.scope)
        let place: Int64
        switch slot.place {
        case .number(let number):
            place = Int64(clamping: number)
        case .name(let name):
            let named = StoreAddress(scope: scope, room: slot.room.rawValue, place: 0).bytes + Array(name.utf8)
            place = Int64(Self.words(BLAKE2b.hash(named, key: names, byteCount: 16)).high >> 1)
        }
        return StoreAddress(scope: scope, room: slot.room.rawValue, place: place)
    }

    // MARK: Values

    borrowing func seal(_ value: [UInt8], named place: StoreSlot.Place, at address: StoreAddress) -> [UInt8] {
        var name: [UInt8] = []
        if case .name(let text) = place { name = Array(text.utf8) }
        var plaintext = UInt32(value.count).bigEndianBytes + UInt16(name.count).bigEndianBytes
        plaintext.reserveCapacity(Self.prefixByteCount + name.count + value.count + 16)
        plaintext += name
        plaintext += value
        plaintext += [UInt8](repeating: 0, count: (16 - plaintext.count % 16) % 16)
        return XChaCha20Poly1305.seal(plaintext, key: values, binding: bound(to: address))
    }

    /// - Throws: ``LocalStoreError/damaged(_:)`` for what was not sealed for that place.
    borrowing func open(_ sealed: [UInt8], at address: StoreAddress) throws(LocalStoreError) -> Content {
        let opened = try sealed.withUnsafeBufferPointer { (sealed) throws(LocalStoreError) in
            try open(UnsafeRawBufferPointer(sealed), at: address)
        }
        return Content(name: opened.name, value: Array(opened.value))
    }

    /// - Throws: ``LocalStoreError/damaged(_:)`` for what was not sealed for that place.
    borrowing func open(
        _ sealed: UnsafeRawBufferPointer, at address: StoreAddress
    ) throws(LocalStoreError) -> Opened {
        guard let plaintext = try? XChaCha20Poly1305.open(sealed, key: values, binding: bound(to: address)),
            plaintext.count >= Self.prefixByteCount
        else { throw .damaged(Self.what(address)) }
        let (valueByteCount, nameByteCount) = plaintext.withUnsafeBytes {
            (
                Int(UInt32(bigEndian: $0.loadUnaligned(as: UInt32.self))),
                Int(UInt16(bigEndian: $0.loadUnaligned(fromByteOffset: 4, as: UInt16.self)))
            )
        }
        let nameEnd = Self.prefixByteCount + nameByteCount
        guard nameEnd + valueByteCount <= plaintext.count else { throw .damaged(Self.what(address)) }
        return Opened(plaintext: plaintext, nameEnd: nameEnd, valueEnd: nameEnd + valueByteCount)
    }

    private borrowing func bound(to address: StoreAddress) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: fileID.count + StoreAddress.byteCount) { (buffer, count) in
            let raw = UnsafeMutableRawBufferPointer(buffer)
            raw.copyBytes(from: fileID)
            address.withBytes { UnsafeMutableRawBufferPointer(rebasing: raw[fileID.count...]).copyMemory(from: $0) }
            count = raw.count
        }
    }

    /// What a value adds to the sum over all.
    borrowing func term(_ sealed: [UInt8], at address: StoreAddress) -> StoreSum {
        let tag = sealed.suffix(XChaCha20Poly1305.tagByteCount)
        return StoreSum(Self.words(BLAKE2b.hash(address.bytes + tag, key: terms, byteCount: 16)))
    }

    private static func what(_ address: StoreAddress) -> String {
        StoreRoom(rawValue: address.room).map { "a value in \($0)" } ?? "a value in no room"
    }

    private static func words(_ bytes: [UInt8]) -> (high: UInt64, low: UInt64) {
        bytes.withUnsafeBytes {
            (
                UInt64(bigEndian: $0.loadUnaligned(as: UInt64.self)),
                UInt64(bigEndian: $0.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
            )
        }
    }
}
