import Crypto
import Glibc
import TestKit
import Testing

@testable import Server

@Suite struct SecretFileTests {
    private let folder: TemporaryFolder
    private var keys: String { folder.path + "/keys" }
    private var file: String { keys + "/server-secret" }

    init() throws { folder = try TemporaryFolder() }

    @Test("a folder has one secret: made once, the same from then on, and another folder's is another")
    func once() throws {
        let first = try key()
        #expect(try key() == first)
        let other = try TemporaryFolder()
        #expect(try Self.key(in: other.path) != first)
        unlink(file)
        #expect(try key() != first, "removing it makes a new one")
    }

    @Test("the file is for its owner alone, and holds no key as it is used")
    func modes() throws {
        let key = try key()
        var status = stat()
        #expect(stat(file, &status) == 0 && status.st_mode & 0o7777 == 0o600)
        #expect(stat(keys, &status) == 0 && status.st_mode & 0o7777 == 0o700)
        #expect(TextFile.bytes(file).count == 80)
        #expect(TextFile.bytes(file).firstRange(of: key) == nil)
        #expect(folder.files == [file])
    }

    @Test("a start that was cut short before the file had its name leaves nothing in the way")
    func cutShort() throws {
        mkdir(keys, 0o700)
        write([1, 2, 3], to: file + ".new")
        let key = try key()
        #expect(try self.key() == key)
        #expect(folder.files == [file])
    }

    @Test("a bit that flipped anywhere is noticed, and nothing is written over it")
    func damage() throws {
        _ = try key()
        let sound = TextFile.bytes(file)
        for bit in 0..<(sound.count * 8) {
            var bytes = sound
            bytes[bit / 8] ^= 1 << (bit % 8)
            write(bytes, to: file)
            #expect(refusal() == .damaged, "bit \(bit)")
            #expect(TextFile.bytes(file) == bytes)
        }
        write(sound, to: file)
        #expect(refusal() == nil)
    }

    @Test("a file of another length is refused, an empty one too")
    func lengths() throws {
        _ = try key()
        let sound = TextFile.bytes(file)
        for length in 0..<sound.count {
            write(Array(sound.prefix(length)), to: file)
            #expect(refusal() == .length(length))
        }
        write(sound + [0], to: file)
        #expect(refusal() == .length(81))
    }

    @Test("a file or folder that others may read or write is refused, and so is one that its owner may run")
    func permissions() throws {
        _ = try key()
        for mode: mode_t in [0o640, 0o604, 0o644, 0o620, 0o602, 0o700, 0o400] {
            chmod(file, mode)
            #expect(refusal() == .permissions(mode), "\(String(mode, radix: 8))")
        }
        chmod(file, 0o600)
        for mode: mode_t in [0o750, 0o705, 0o777] {
            chmod(keys, mode)
            #expect(refusal() == .folderPermissions(mode), "\(String(mode, radix: 8))")
        }
    }

    @Test("only a plain file with one name will do, in a plain folder")
    func kinds() throws {
        _ = try key()
        let elsewhere = folder.path + "/elsewhere"
        rename(file, elsewhere)
        symlink(elsewhere, file)
        #expect(refusal() == .notAFile)
        unlink(file)
        link(elsewhere, file)
        #expect(refusal() == .notAFile)
        unlink(file)
        mkfifo(file, 0o600)
        #expect(refusal() == .notAFile, "and nobody waits for the other end")
        unlink(file)
        mkdir(file, 0o700)
        #expect(refusal() == .notAFile)
        rmdir(file)
        rmdir(keys)
        mkdir(folder.path + "/others", 0o700)
        symlink(folder.path + "/others", keys)
        #expect(refusal() == .notAFolder)
    }

    @Test("another user's file is refused", .enabled(if: geteuid() == 0, "giving files away takes root"))
    func owner() throws {
        _ = try key()
        chown(file, 1234, 1234)
        #expect(refusal() == .owner(1234))
    }

    @Test("each refusal names the file and the way out")
    func sentences() {
        let refusals: [SecretFileError] = [
            .notAFolder, .folderPermissions(0o755), .notAFile, .owner(7), .permissions(0o644), .length(3), .damaged,
        ]
        for refusal in refusals {
            let text = "\(refusal)"
            #expect(text.contains("keys") && text.contains("emove"), "\(text)")
            #expect(text.contains("shared addresses of media end."), "\(text)")
        }
        #expect("\(SecretFileError.permissions(0o644))".contains("0644"))
    }

    private func key() throws -> [UInt8] { try Self.key(in: folder.path) }

    private static func key(in folder: String) throws -> [UInt8] {
        let secret = try SecretFile.open(in: folder)
        return secret.key(for: .mediaLinks).exportUnprotected()
    }

    private func refusal() -> SecretFileError? {
        do throws(SecretFileError) {
            _ = try SecretFile.open(in: folder.path)
            return nil
        } catch {
            return error
        }
    }

    private func write(_ bytes: [UInt8], to path: String) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        _ = Glibc.write(descriptor, bytes, bytes.count)
        close(descriptor)
    }
}
