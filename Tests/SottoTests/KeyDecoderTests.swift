import Foundation
import TestKit
import Testing

@testable import sotto

@Suite("The decoder of keys")
struct KeyDecoderTests {
    private static let known: [(bytes: String, keys: [TerminalKey])] = [
        ("a", [.text("a")]), ("é", [.text("é")]), ("日", [.text("日")]), ("😀", [.text("😀")]),
        ("\r", [.enter]), ("\n", [.newLine]), ("\u{1B}\r", [.newLine]), ("\t", [.tab]), ("\u{1B}[Z", [.backTab]),
        ("\u{7F}", [.backspace]), ("\u{8}", [.backspace]), ("\u{1B}[3~", [.delete]),
        // What a terminal tells of itself, and of a mouse that nobody asked for.
        ("\u{1B}[M   \u{1B}[<0;1;1M\u{1B}[?1;2c\u{7F}", [.backspace]),
        ("\u{1B}P1$r0m\u{1B}\\\u{7F}", [.alt("\\"), .backspace]), ("\u{1B}]11;rgb:ffff\u{7}\u{7F}", [.backspace]),
        ("\u{1B}[A\u{1B}OB\u{1B}[C\u{1B}OD", [.up, .down, .right, .left]),
        ("\u{1B}[1;3A\u{1B}[1;3B", [.altUp, .altDown]), ("\u{1B}[1;5C\u{1B}[1;5D", [.wordRight, .wordLeft]),
        ("\u{1B}b\u{1B}f\u{1B}d", [.wordLeft, .wordRight, .alt("d")]),
        ("\u{1B}[H\u{1B}OF\u{1B}[1~\u{1B}[4~\u{1B}[7~\u{1B}[8~", [.home, .end, .home, .end, .home, .end]),
        ("\u{1B}[5~\u{1B}[6~", [.pageUp, .pageDown]),
        ("\u{1B}OP\u{1B}[11~\u{1B}[[A\u{1B}OQ\u{1B}[24~", [1, 1, 1, 2, 12].map { .function($0) }),
        ("\u{1}\u{1A}", [.control("a"), .control("z")]),
        ("\u{1B}[200~a\u{1B}[Ab\r\n\u{1B}[201~c", [.paste("a\u{1B}[Ab\r\n"), .text("c")]),
        ("\u{1B}[200~\u{1B}[201~", [.paste("")]),
        // Reports, and what nobody knows.
        ("\u{1B}[I\u{1B}[?1;2c\u{1B}[99~\u{1B}[38;5;1mx", [.text("x")]),
    ]

    @Test("known sequences are keys, whole and byte by byte", arguments: known.indices)
    func sequences(index: Int) {
        let (text, keys) = Self.known[index]
        var whole = KeyDecoder(pasteByteCountMax: 100)
        #expect(whole.take(text.utf8) == keys)
        #expect(!whole.isWaiting)
        var cut = KeyDecoder(pasteByteCountMax: 100)
        #expect(text.utf8.flatMap { cut.take([$0]) } == keys)
    }

    @Test("an escape is a key when nothing follows it")
    func escape() {
        var decoder = KeyDecoder(pasteByteCountMax: 100)
        #expect(decoder.take([0x1B]) == [] && decoder.isWaiting)
        #expect(decoder.timeOut() == [.escape] && !decoder.isWaiting)
        #expect(decoder.take("\u{1B}[1;".utf8) == [] && decoder.isWaiting)
        #expect(decoder.timeOut() == [] && decoder.take("a".utf8) == [.text("a")])
    }

    @Test("bytes that are no UTF-8 are dropped, and what follows is read")
    func broken() {
        var decoder = KeyDecoder(pasteByteCountMax: 100)
        #expect(decoder.take([0xE2, 0x82, 0x61]) == [.text("a")])
        #expect(decoder.take([0xFF, 0x80, 0xC0, 0x62]) == [.text("b")])
        #expect(decoder.take([0xED, 0xA0, 0x80, 0x63]) == [.text("c")], "half of a pair")
        #expect(decoder.take([0xF0, 0x1B]) == [] && decoder.timeOut() == [.escape])
    }

    @Test("a paste is cut at its bound, and its end is found all the same")
    func longPaste() {
        var decoder = KeyDecoder(pasteByteCountMax: 10)
        let text = "\u{1B}[200~" + String(repeating: "x", count: 1_000) + "\u{1B}[201~y"
        #expect(decoder.take(text.utf8) == [.paste(String(repeating: "x", count: 10)), .text("y")])
    }

    @Test("what follows a paste in one go sends nothing: it may have had its own end in it")
    func forgedEnd() {
        var decoder = KeyDecoder(pasteByteCountMax: 100)
        let text = "\u{1B}[200~one\u{1B}[201~two\r\u{1B}OM"
        let keys: [TerminalKey] = [.paste("one"), .text("t"), .text("w"), .text("o"), .newLine, .newLine]
        #expect(decoder.take(text.utf8) == keys)
        // However it is cut, until there is nothing more.
        #expect(decoder.take("\r\u{1B}[201~\r".utf8) == [.newLine, .newLine])
        decoder.pause()
        #expect(decoder.take("\r".utf8) == [.enter])
    }

    @Test("a sequence without an end is given up")
    func longSequence() {
        var decoder = KeyDecoder(pasteByteCountMax: 10)
        let keys = decoder.take(("\u{1B}[" + String(repeating: "1", count: 100) + "~a").utf8)
        #expect(keys.last == .text("a") && !decoder.isWaiting)
    }

    @Test("whatever comes, it neither traps nor sticks")
    func anything() {
        // `KEYS_SEED` makes one again that was printed.
        let chosen = ProcessInfo.processInfo.environment["KEYS_SEED"].flatMap { UInt64($0) }
        let seed = chosen ?? .random(in: 0...(.max))
        var numbers = SplitMix(seed: seed)
        var decoder = KeyDecoder(pasteByteCountMax: 100)
        for _ in 0..<2_000 {
            let heads: [UInt8] = [0x1B, 0x5B, 0x4F, 0x7E, 0x32, 0x30, 0x3B, 0xE2]
            let byte = Bool.random(using: &numbers)
                ? heads.randomElement(using: &numbers) ?? 0 : .random(in: 0...255, using: &numbers)
            _ = decoder.take([byte])
        }
        _ = decoder.take("\u{1B}[201~".utf8)
        _ = decoder.timeOut()
        #expect(decoder.take("  z".utf8).last == .text("z"), "KEYS_SEED=\(seed)")
    }
}
