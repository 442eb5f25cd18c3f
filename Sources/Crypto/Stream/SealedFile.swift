/// A file beside a message: padded to a bucket, sealed as one ``SealedStream``, and told of by a pointer inside the
/// message (docs/protocol/attachments.md).
///
/// The plaintext of the stream is the file and then zeros, up to ``paddedByteCount(_:)``. The pointer says how many
/// bytes the file has, under which key and with which SHA-256 digest of all sealed bytes: the digest makes the pointer
/// name one ciphertext only, which the cipher by itself does not (it is not key-committing).
public enum SealedFile {
    /// The most bytes a file may have: 2 GiB.
    public static let byteCountMax = 1 << 31
    /// The smallest bucket: an avatar's thumbnail and a contact card look alike.
    public static let paddedByteCountMin = 1_024
    /// Bytes in a digest.
    public static let digestByteCount = 32

    /// The size of the bucket that `byteCount` (0 or more, below 2^61) is padded to.
    ///
    /// Padmé: sizes keep as many leading bits as the size of their exponent asks for, so a size tells its order of
    /// magnitude and little more, for at most an eighth more bytes (0.8 % of 100 MB).
    public static func paddedByteCount(_ byteCount: Int) -> Int {
        let size = max(byteCount, paddedByteCountMin)
        let exponent = Int.bitWidth - 1 - size.leadingZeroBitCount
        let exponentBits = Int.bitWidth - exponent.leadingZeroBitCount
        let step = 1 << (exponent - exponentBits)
        return (size + step - 1) / step * step
    }

    /// What a pointer must say of a sealed file, beside the key and where it lies.
    public struct Summary: Hashable, Sendable {
        /// Bytes in the file, 0…``SealedFile/byteCountMax``.
        public let byteCount: Int
        /// SHA-256 of everything sealed, 32 bytes.
        public let digest: [UInt8]

        /// What a pointer says; `nil` outside the bounds.
        public init?(byteCount: Int, digest: [UInt8]) {
            guard (0...byteCountMax).contains(byteCount), digest.count == digestByteCount else { return nil }
            self.init(checked: byteCount, digest)
        }

        fileprivate init(checked byteCount: Int, _ digest: [UInt8]) {
            self.byteCount = byteCount
            self.digest = digest
        }

        /// Bytes to fetch: it follows from the file's size, so that a server can leave out or add nothing.
        public var sealedByteCount: Int { SealedStream.sealedByteCount(paddedByteCount(byteCount)) }
    }

    /// Bytes at the front of an opened file from which opening can go on (``Opener/resume(with:)``): whole chunks,
    /// without the last one of the stream.
    public static func resumableByteCount(_ summary: Summary) -> Int {
        let chunk = SealedStream.chunkByteCount
        return min(summary.byteCount, paddedByteCount(summary.byteCount) - 1) / chunk * chunk
    }

    /// Why a file is not sealed or opened.
    public enum Failure: Error, Equatable, Sendable {
        /// It has more than ``SealedFile/byteCountMax`` bytes.
        case tooLong
        /// What came is not what the pointer names.
        case notAuthentic
    }

    /// Seals a file, piece by piece, in constant memory.
    ///
    /// Owner: whoever made it.
    public struct Sealer: ~Copyable, Sendable {
        private var stream: SealedStream.Sealer
        private var hash = SHA256()
        /// Bytes of the file so far.
        var byteCount = 0

        /// Nothing sealed yet. The key is spent; export it for the pointer before.
        public init(key: consuming SealedStream.Key) { stream = SealedStream.Sealer(key: key) }

        /// Takes in a piece of the file and gives the sealed bytes that are complete now, to be uploaded in order.
        /// - Throws: ``Failure/tooLong``.
        public mutating func seal(_ piece: [UInt8]) throws(Failure) -> [UInt8] {
            guard piece.count <= byteCountMax - byteCount else { throw .tooLong }
            byteCount += piece.count
            return hashed(stream.seal(piece))
        }

        /// Hands the rest to `upload`, at most 128 KiB at a time, and tells what the pointer must say.
        /// - Throws: What `upload` throws.
        public consuming func finish<UploadFailure: Error>(
            _ upload: ([UInt8]) throws(UploadFailure) -> Void
        ) throws(UploadFailure) -> Summary {
            var missing = paddedByteCount(byteCount) - byteCount
            while missing > 0 {
                let zeros = [UInt8](repeating: 0, count: min(missing, SealedStream.chunkByteCount))
                let sealed = hashed(stream.seal(zeros))
                if !sealed.isEmpty { try upload(sealed) }
                missing -= zeros.count
            }
            let last = stream.finish()
            hash.update(last)
            try upload(last)
            return Summary(checked: byteCount, hash.finish())
        }

        private mutating func hashed(_ sealed: [UInt8]) -> [UInt8] {
            hash.update(sealed)
            return sealed
        }
    }

    /// Opens a file from its beginning, piece by piece, in constant memory.
    ///
    /// What it gives is authentic at once; that it is whole, and the one the pointer names, only ``finish()`` says.
    /// For a part of it use ``SealedStream/Seeker``. Owner: whoever made it.
    public struct Opener: ~Copyable, Sendable {
        private let summary: Summary
        private var stream: SealedStream.Opener
        private var hash = SHA256()
        /// Bytes of the file that are still to come; what follows them is padding.
        private var missing: Int
        /// Sealed bytes that are still to come.
        private var missingSealed: Int
        private var hasOpened = false

        /// Nothing opened yet.
        public init(key: borrowing SealedStream.Key, summary: Summary) {
            self.summary = summary
            stream = SealedStream.Opener(key: key)
            missing = summary.byteCount
            missingSealed = summary.sealedByteCount
        }

        /// Takes in bytes of the file that another opener has given, from the first on, in place of the sealed bytes
        /// that they came from: for going on where that one stopped. Whether they still are those, ``finish()`` says.
        ///
        /// Before the first ``open(_:)``. Whole chunks, and no more than ``SealedFile/resumableByteCount(_:)``.
        /// - Returns: sealed bytes that need not come any more.
        /// - Throws: ``Failure/notAuthentic`` for what cannot be their front.
        public mutating func resume(with opened: [UInt8]) throws(Failure) -> Int {
            let before = summary.byteCount - missing
            guard !hasOpened, opened.count.isMultiple(of: SealedStream.chunkByteCount),
                opened.count <= resumableByteCount(summary) - before
            else { throw .notAuthentic }
            let sealed = stream.reseal(opened)
            hash.update(sealed)
            missing -= opened.count
            missingSealed -= sealed.count
            return sealed.count
        }

        /// Takes in sealed bytes and gives the bytes of the file that are complete now.
        /// - Throws: ``Failure/notAuthentic``, at once for more bytes than the pointer names.
        public mutating func open(_ piece: [UInt8]) throws(Failure) -> [UInt8] {
            guard piece.count <= missingSealed else { throw .notAuthentic }
            missingSealed -= piece.count
            hasOpened = true
            hash.update(piece)
            do throws(AuthenticationFailure) {
                return try withoutPadding(stream.open(piece))
            } catch {
                throw .notAuthentic
            }
        }

        /// The last bytes of the file: now all of it is known to be the one that the pointer names.
        /// - Throws: ``Failure/notAuthentic``.
        public consuming func finish() throws(Failure) -> [UInt8] {
            do throws(AuthenticationFailure) {
                let last = try stream.finish()
                let file = Self.file(last, &missing)
                guard let file, missingSealed == 0, missing == 0,
                      ConstantTime.equal(hash.finish(), summary.digest) else {
                    throw AuthenticationFailure()
                }
                return file
            } catch {
                throw .notAuthentic
            }
        }

        private mutating func withoutPadding(_ plaintext: [UInt8]) throws(AuthenticationFailure) -> [UInt8] {
            guard let file = Self.file(plaintext, &missing) else { throw AuthenticationFailure() }
            return file
        }

        /// The bytes of the file in `plaintext`; `nil` when what follows them is not zeros.
        private static func file(_ plaintext: [UInt8], _ missing: inout Int) -> [UInt8]? {
            let count = min(missing, plaintext.count)
            guard plaintext[count...].allSatisfy({ $0 == 0 }) else { return nil }
            missing -= count
            return count == plaintext.count ? plaintext : Array(plaintext[..<count])
        }
    }
}
