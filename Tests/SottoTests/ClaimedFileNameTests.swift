import Testing

@testable import sotto

@Suite("The name that a sender gave a file")
struct ClaimedFileNameTests {
    @Test("it becomes a harmless name of a file in this folder", arguments: [
        ("map.png", "map.png"), ("Ein Plan – größer.pdf", "Ein Plan – größer.pdf"), ("日本.txt", "日本.txt"),
        ("../../etc/passwd", "passwd"), ("a/\u{301}b", "\u{301}b"), ("..\\..\\x.exe", "_.._x.exe"),
        (".bashrc", "bashrc"), ("--rf.txt", "rf.txt"), (" -.-x", "x"), ("...", "f"), ("", "f"), ("/", "f"),
        ("\u{1B}[2Jx.png", "_[2Jx.png"), ("a\r\nb\u{85}c\u{2028}d.txt", "a__b_c_d.txt"),
        ("gpj.\u{202E}exe", "gpj._exe"), ("\u{0}\u{7F}", "f"), ("\u{202E}..", "f"),
    ])
    func names(claimed: String, name: String) {
        #expect(ClaimedFileName.safe(claimed, else: "f") == name)
    }

    @Test("one that is missing has another, and one that is long keeps its extension")
    func lengths() {
        #expect(ClaimedFileName.safe(nil, else: "file-3") == "file-3")
        let long = ClaimedFileName.safe(String(repeating: "日", count: 200) + ".tar.gz", else: "f")
        #expect(long.utf8.count > 190 && long.utf8.count <= ClaimedFileName.byteCountMax && long.hasSuffix("日.gz"))
        let marks = ClaimedFileName.safe("e" + String(repeating: "\u{301}", count: 300), else: "f")
        #expect(marks.utf8.count <= ClaimedFileName.byteCountMax && marks.unicodeScalars.first == "e")
        let ending = ClaimedFileName.safe("x." + String(repeating: "y", count: 300), else: "f")
        #expect(ending.utf8.count == ClaimedFileName.byteCountMax)
    }
}
