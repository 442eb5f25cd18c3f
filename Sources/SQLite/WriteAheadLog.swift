import Glibc

/// SQLite's write-ahead log as a file: what its head says, and how far its frames are sound. SQLite ends the log at
/// the first frame that does not check out, without a word; so the store looks itself.
///
/// The head is 32 bytes, all numbers big-endian: magic (its lowest bit says how words are summed), version, page size,
/// count of checkpoints, two salts, two sums over the 24 bytes before. A frame is 24 bytes and a page: page number,
/// pages of the database after a commit (0 inside of one), the salts again, two sums over the first 8 bytes and the
/// page that go on from the frame before. https://www.sqlite.org/fileformat2.html#walformat
package struct WriteAheadLog: ~Copyable {
    package static let headByteCount = 32
    package static let frameHeadByteCount = 24

    /// What stands at its beginning.
    package enum Head: Equatable {
        /// No log, or one without a head: nothing of it counts.
        case absent
        /// A head that does not fit its sums.
        case damaged
        case sound(Generation)
    }

    /// One stretch of a log's life: SQLite writes it over from the start with other salts, once all is copied.
    package struct Generation: Equatable {
        package let salts: UInt64
        package let pageByteCount: Int
        fileprivate let isBigEndian: Bool
        fileprivate let sum: Sum

        /// The salt that is one more in each generation, for as long as the file lives.
        package var count: UInt32 { UInt32(salts >> 32) }
    }

    /// A frame's place, and the sums over everything up to it: no other log has both.
    package struct Place: Equatable {
        package var salts: UInt64
        package var frameCount: UInt32
        package var sum: UInt64

        /// A place by its parts.
        package init(salts: UInt64, frameCount: UInt32, sum: UInt64) {
            self.salts = salts
            self.frameCount = frameCount
            self.sum = sum
        }
    }

    /// How far the frames are sound.
    package struct Extent: Equatable {
        /// Frames from the first on whose sums fit.
        package var soundCount: UInt32 = 0
        /// Of these, up to the end of the last commit.
        package var committedCount: UInt32 = 0
        /// The sums over the sound ones.
        package var sum: UInt64 = 0

        /// None.
        package init() {}
    }

    private let file: Int32

    /// `nil` where there is none.
    package init?(of databasePath: String) {
        file = open(databasePath + "-wal", O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard file >= 0 else { return nil }
    }

    deinit { close(file) }

    // MARK: Reading

    /// Of a log that may not be there.
    package static func head(of databasePath: String) -> Head { WriteAheadLog(of: databasePath)?.head ?? .absent }

    /// What stands at the beginning of this one.
    package var head: Head {
        var bytes = [UInt8](repeating: 0, count: Self.headByteCount)
        guard read(&bytes, at: 0) else { return .absent }
        guard bytes.contains(where: { $0 != 0 }) else { return .absent }
        return bytes.withUnsafeBytes { (bytes) in
            let magic = Self.number(bytes, 0)
            let pageByteCount = Int(Self.number(bytes, 8))
            guard magic & ~1 == 0x377F_0682, (512...65_536).contains(pageByteCount) else { return .damaged }
            let isBigEndian = magic & 1 == 1
            var sum = Sum()
            sum.add(UnsafeRawBufferPointer(rebasing: bytes[..<24]), isBigEndian: isBigEndian)
            guard sum.value == Self.words(bytes, 24) else { return .damaged }
            return .sound(
                Generation(
                    salts: Self.words(bytes, 16), pageByteCount: pageByteCount, isBigEndian: isBigEndian, sum: sum))
        }
    }

    /// Whether there is a head, and zeros are all that it is.
    package var isOverwritten: Bool {
        var bytes = [UInt8](repeating: 0, count: Self.headByteCount)
        return read(&bytes, at: 0) && bytes.allSatisfy { $0 == 0 }
    }

    /// Whether anything stands where the first frame would.
    package var hasFrames: Bool {
        var bytes = [UInt8](repeating: 0, count: Self.frameHeadByteCount)
        return read(&bytes, at: Self.headByteCount) && bytes.contains { $0 != 0 }
    }

    /// Where the frame of this number ends, as its own head says.
    package static func place(ofFrame number: UInt32, in file: Int32, pageByteCount: Int) -> Place? {
        guard number > 0 else { return nil }
        let offset = headByteCount + (Int(number) - 1) * (pageByteCount + frameHeadByteCount)
        // Read after each commit, so without an array.
        var head: (UInt64, UInt64, UInt64) = (0, 0, 0)
        guard pread(file, &head, frameHeadByteCount, off_t(offset)) == frameHeadByteCount, head.1 != 0 else {
            return nil
        }
        return Place(salts: head.1.bigEndian, frameCount: number, sum: head.2.bigEndian)
    }

    /// The same, of this log.
    package func place(ofFrame number: UInt32, of generation: Generation) -> Place? {
        Self.place(ofFrame: number, in: file, pageByteCount: generation.pageByteCount)
    }

    /// Sums up the frames, as SQLite does when it opens the log.
    /// - Parameter countMax: where to stop.
    package func extent(of generation: Generation, countMax: UInt32 = .max) -> Extent {
        var extent = Extent()
        var sum = generation.sum
        extent.sum = sum.value
        let step = generation.pageByteCount + Self.frameHeadByteCount
        var frame = [UInt8](repeating: 0, count: step)
        while extent.soundCount < countMax, read(&frame, at: Self.headByteCount + Int(extent.soundCount) * step) {
            let isSound = frame.withUnsafeBytes { (bytes) -> Bool in
                guard Self.number(bytes, 0) != 0, Self.words(bytes, 8) == generation.salts else { return false }
                sum.add(UnsafeRawBufferPointer(rebasing: bytes[..<8]), isBigEndian: generation.isBigEndian)
                let page = UnsafeRawBufferPointer(rebasing: bytes[Self.frameHeadByteCount...])
                sum.add(page, isBigEndian: generation.isBigEndian)
                guard sum.value == Self.words(bytes, 16) else { return false }
                extent.soundCount += 1
                extent.sum = sum.value
                if Self.number(bytes, 4) != 0 { extent.committedCount = extent.soundCount }
                return true
            }
            guard isSound else { break }
        }
        return extent
    }

    /// Whether a commit stands behind frames that are not sound, and was begun after one that is not sound had ended.
    ///
    /// A commit is synced before the next begins: frames that a power cut kept from the disk are of the last one, and
    /// nothing of a later commit can be behind them. So what is not sound here has changed since it was written.
    package func hasCommit(behind extent: Extent, of generation: Generation) -> Bool {
        var number = extent.soundCount + 1
        guard var before = frame(number, of: generation) else { return false }
        // Up to where the commit ends that holds the first frame which is not sound.
        var hasEnded = before.isOf(generation) && before.isCommit
        while let frame = frame(number + 1, of: generation) {
            number += 1
            if frame.follows(before, generation) {
                if hasEnded, frame.isCommit { return true }
                hasEnded = hasEnded || frame.isCommit
            }
            before = frame
        }
        return false
    }

    /// One frame as it stands there, whether or not it belongs to this generation.
    private struct Frame {
        var bytes: [UInt8]
        let salts: UInt64

        /// Whether its sums go on from those that stand in the frame before, and it is of this generation.
        func follows(_ before: Frame, _ generation: Generation) -> Bool {
            guard isOf(generation) else { return false }
            return bytes.withUnsafeBytes { (bytes) in
                var sum = before.bytes.withUnsafeBytes { Sum(WriteAheadLog.words($0, 16)) }
                sum.add(UnsafeRawBufferPointer(rebasing: bytes[..<8]), isBigEndian: generation.isBigEndian)
                let page = UnsafeRawBufferPointer(rebasing: bytes[WriteAheadLog.frameHeadByteCount...])
                sum.add(page, isBigEndian: generation.isBigEndian)
                return sum.value == WriteAheadLog.words(bytes, 16)
            }
        }

        func isOf(_ generation: Generation) -> Bool { salts == generation.salts }

        /// Whether it says that a commit ends with it.
        var isCommit: Bool { bytes.withUnsafeBytes { WriteAheadLog.number($0, 4) != 0 } }
    }

    private func frame(_ number: UInt32, of generation: Generation) -> Frame? {
        let step = generation.pageByteCount + Self.frameHeadByteCount
        var bytes = [UInt8](repeating: 0, count: step)
        guard read(&bytes, at: Self.headByteCount + (Int(number) - 1) * step) else { return nil }
        return Frame(bytes: bytes, salts: bytes.withUnsafeBytes { Self.words($0, 8) })
    }

    // MARK: Pages

    /// The numbers of all pages that a log holds a frame of, whatever became of it: up to where nothing was written.
    package static func pages(in file: Int32, pageByteCount: Int) -> (pages: Set<UInt32>, byteCount: Int) {
        var pages: Set<UInt32> = []
        var end = headByteCount
        var number: UInt32 = 0
        while pread(file, &number, 4, off_t(end)) == 4, number != 0 {
            pages.insert(UInt32(bigEndian: number))
            end += frameHeadByteCount + pageByteCount
        }
        return (pages, end)
    }

    /// How many pages the database has after the commit that ends with this frame.
    package func pageCount(afterFrame number: UInt32, of generation: Generation) -> UInt32? {
        guard number > 0 else { return nil }
        return frameHead(number, generation).map { (bytes) in bytes.withUnsafeBytes { Self.number($0, 4) } }
    }

    /// The numbers of the pages that the first frames hold.
    /// - Parameter above: leaves out pages up to this one.
    package func pages(inFrames count: UInt32, of generation: Generation, above: UInt32) -> Set<UInt32> {
        var found: Set<UInt32> = []
        for number in 0..<count {
            let page = frameHead(number + 1, generation)?.withUnsafeBytes { Self.number($0, 0) } ?? 0
            if page > above { found.insert(page) }
        }
        return found
    }

    private func frameHead(_ number: UInt32, _ generation: Generation) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: Self.frameHeadByteCount)
        let step = generation.pageByteCount + Self.frameHeadByteCount
        return read(&bytes, at: Self.headByteCount + Int(number - 1) * step) ? bytes : nil
    }

    private func read(_ bytes: inout [UInt8], at offset: Int) -> Bool {
        pread(file, &bytes, bytes.count, off_t(offset)) == bytes.count
    }

    private static func number(_ bytes: UnsafeRawBufferPointer, _ offset: Int) -> UInt32 {
        UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
    }

    private static func words(_ bytes: UnsafeRawBufferPointer, _ offset: Int) -> UInt64 {
        UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }

    /// The two sums of the format.
    fileprivate struct Sum: Equatable {
        private var one: UInt32 = 0
        private var two: UInt32 = 0

        var value: UInt64 { UInt64(one) << 32 | UInt64(two) }

        init() {}

        init(_ value: UInt64) {
            one = UInt32(truncatingIfNeeded: value >> 32)
            two = UInt32(truncatingIfNeeded: value)
        }

        /// - Parameter bytes: a multiple of eight.
        mutating func add(_ bytes: UnsafeRawBufferPointer, isBigEndian: Bool) {
            var offset = 0
            while offset + 8 <= bytes.count {
                let first = bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self)
                let second = bytes.loadUnaligned(fromByteOffset: offset + 4, as: UInt32.self)
                one &+= (isBigEndian ? first.bigEndian : first.littleEndian) &+ two
                two &+= (isBigEndian ? second.bigEndian : second.littleEndian) &+ one
                offset += 8
            }
        }
    }
}
