import TestKit

/// Texts of somebody who wants out of the line that a message has on a screen.
enum HostileTexts {
    /// Thought of by people.
    private static let listed: [String] = [
        // Sequences that move, clear, scroll, rename, switch and answer.
        "\u{1B}[2J", "\u{1B}[H", "\u{1B}[1;1Hroot#", "\u{1B}[999;999H", "\u{1B}[10A\u{1B}[2K", "\u{1B}c",
        "\u{1B}[?1049l",
        "\u{1B}]0;title\u{7}", "\u{1B}]52;c;cm0gLXJm\u{7}", "\u{1B}]8;;http://x\u{1B}\\link\u{1B}]8;;\u{1B}\\",
        "\u{1B}P$q\u{1B}\\", "\u{1B}[6n", "\u{1B}[c", "\u{1B}[5;10r", "\u{1B}[?25l", "\u{1B}[31;7;8m", "\u{1B}(0lqqk",
        "\u{9B}2J", "\u{9D}0;x\u{9C}", "\u{90}x\u{9C}", "\u{85}\u{8D}\u{84}", "\u{1B}#8", "\u{1B}[4h", "\u{1B}[?7l",
        // Controls.
        "a\u{8}\u{8}\u{8}b", "a\rb", "\r\n#99 12:00 bob: forged", "a\u{B}b\u{C}c", "\u{7}\u{7}", "\u{E}lqqk\u{F}",
        "\u{7F}",
        "\u{1A}\u{4}\u{3}", "\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t", "\n\n\n\n\n\n", "\n#98 12:00 me: forged",
        "\u{2028}x\u{2029}y",
        // Directions.
        "\u{202E}drawkcab", "\u{202D}x\u{202C}", "\u{2066}a\u{2067}b\u{2068}c\u{2069}", "\u{200F}\u{200E}\u{61C}",
        "שלום עולם", "مرحبا بالعالم", "abc שלום 123 مرحبا def", "\u{202E}שלום\u{202C}",
        // Nothing to see.
        "\u{200B}\u{200C}\u{200D}\u{FEFF}\u{2060}", "\u{FE0F}\u{FE0E}", "\u{E0041}\u{E007F}", "\u{AD}\u{34F}",
        "\u{3164}\u{FFA0}",
        "\u{180E}\u{17B4}", "\u{115F}\u{1160}",
        // Marks.
        "e" + String(repeating: "\u{301}", count: 200), "\u{301}\u{302}", "Z\u{351}\u{36B}\u{343}\u{32A}\u{302}\u{34F}",
        "ก" + String(repeating: "\u{E49}", count: 60), "\u{20DD}\u{20E3}", "a\u{489}\u{489}", "\u{1D165}\u{1D16D}",
        // Wide, joined, taken apart.
        String(repeating: "日", count: 100), "x" + String(repeating: "日", count: 99),
        "👩\u{200D}👩\u{200D}👧\u{200D}👦",
        String(repeating: "👩\u{200D}🚀", count: 40), "👍\u{1F3FF}", "🇩🇪🇫🇷🇯", "1\u{FE0F}\u{20E3}", "❤\u{FE0F}❤\u{FE0E}",
        "\u{1112}\u{1161}\u{11AB}\u{1100}\u{1173}\u{11AF}", "\u{11A8}\u{1161}\u{1112}", "\u{FDFD}",
        "\u{12031}\u{1242B}",
        "\u{3000}\u{2003}\u{A0}", "\u{2E3B}\u{2E3A}", "Ａｂｃ", "½①Ω°",
        // Of nobody.
        "\u{E000}\u{F8FF}\u{F0000}\u{10FFFD}", "\u{378}\u{FFFE}\u{FFFF}\u{1FFFE}",
        "\u{FFF9}a\u{FFFA}b\u{FFFB}", "\u{FFFC}",
        // What the screen itself is made of.
        "│ │ │", "──────────", "sealed> ", "connected · F1 help", "> bob", String(repeating: "│", count: 120),
        String(repeating: "x", count: 300), String(repeating: " ", count: 300) + "x", "…",
    ]

    /// 200: those, and others of what they are made of, by a seed.
    static func make(seed: UInt64) -> [String] {
        var numbers = SplitMix(seed: seed)
        let scalars = listed.flatMap { Array($0.unicodeScalars) }
        var texts = listed
        while texts.count < 200 {
            var text = String.UnicodeScalarView()
            for _ in 0..<Int.random(in: 1...60, using: &numbers) {
                switch Int.random(in: 0..<4, using: &numbers) {
                case 0: text.append(scalars.randomElement(using: &numbers) ?? "x")
                case 1: text.append(Unicode.Scalar(UInt8.random(in: 1...0xFF, using: &numbers)))
                case 2: text.append(Unicode.Scalar(UInt32.random(in: 1...0x1FFFF, using: &numbers)) ?? "日")
                default: text.append(contentsOf: (listed.randomElement(using: &numbers) ?? "").unicodeScalars.prefix(8))
                }
            }
            texts.append(String(text))
        }
        return texts
    }
}
