import CNcurses
import Glibc

/// The terminal in full-screen mode, by ncurses. Belongs to one thread: the library has one state for the process.
final class CursesScreen {
    private let screen: OpaquePointer
    private let terminal: Int32
    private var shown: ScreenGrid?
    private var isDown = false

    /// Pastes come as such; and the terminal leaves the order of cells alone, which some change where a letter is of a
    /// script that runs to the left (ECMA-48, BDSM).
    private static let entering = "\u{1B}[?2004h\u{1B}[8l"
    private static let leaving = "\u{1B}[8h\u{1B}[?2004l"

    /// Whether the terminal of standard input and output can do it.
    static var isPossible: Bool {
        guard isatty(STDIN_FILENO) == 1, isatty(STDOUT_FILENO) == 1, let name = getenv("TERM") else { return false }
        let term = String(cString: name)
        return !term.isEmpty && term != "dumb" && GlyphRule.isReady && sotto_terminal_is_able() == 1
    }

    /// Takes the terminal; ``close()`` gives it back.
    /// - Returns: `nil` where it cannot be driven; it is as it was then.
    init?(_ output: HeldOutput) {
        terminal = output.output
        var modes = termios()
        guard tcgetattr(terminal, &modes) == 0 else { return nil }
        // Files of its own, which the library's standard ones are not.
        let (to, from) = (fcntl(terminal, F_DUPFD_CLOEXEC, 3), fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3))
        // The library takes no signal that somebody has taken.
        guard let screen = sotto_screen_open(to, from) else { return nil }
        self.screen = screen
        let capabilities = ["sgr0", "cnorm", "rmcup"].map { (name: String) in
            Self.unpadded(String(cString: sotto_capability(name)))
        }
        TerminalRescue.arm(
            terminal, modes: modes, leaving: Array((Self.leaving + capabilities.joined()).utf8), output)
        say(Self.entering)
    }

    /// Leaves the full screen, and lets go of the library's memory.
    func close() {
        leave()
        delscreen(screen)
        TerminalRescue.disarm()
    }

    var size: ScreenGrid.Size { Self.size(of: terminal) ?? ScreenGrid.Size(rowCount: 24, columnCount: 80) }

    /// `nil` of what is no terminal, or of one that does not say.
    static func size(of terminal: Int32) -> ScreenGrid.Size? {
        var (rows, columns): (UInt16, UInt16) = (0, 0)
        guard sotto_window_size(terminal, &rows, &columns) == 0, rows > 0, columns > 0 else { return nil }
        // More than anybody has; what is beyond stays empty.
        return ScreenGrid.Size(rowCount: min(Int(rows), 500), columnCount: min(Int(columns), 1_000))
    }

    /// Draws what is other than before; after ``leave()`` it takes the terminal again.
    func draw(_ grid: ScreenGrid) {
        let isAnew = isDown || shown?.size != grid.size
        if isAnew {
            resizeterm(Int32(grid.size.rowCount), Int32(grid.size.columnCount))
            sotto_screen_doubt()
        }
        guard isAnew || shown != grid else { return }
        for row in grid.rows.indices where isAnew || shown?.rows[row] != grid.rows[row] {
            draw(grid.rows[row], at: row)
        }
        let cursor = grid.cursor ?? (0, 0)
        sotto_screen_show(Int32(cursor.row), Int32(cursor.column), grid.cursor == nil ? 0 : 1)
        if isDown { say(Self.entering) }
        isDown = false
        shown = grid
    }

    /// A row is written anew whole: half of a wide glyph is never left. The library sends only what has changed.
    private func draw(_ cells: [ScreenGrid.Cell], at row: Int) {
        sotto_screen_clear_row(Int32(row))
        for (column, cell) in cells.enumerated() {
            guard let glyph = cell.glyph, glyph != .blank || !cell.style.isEmpty else { continue }
            let scalars = [glyph.base.value] + glyph.marks.map(\.value)
            sotto_screen_put(
                Int32(row), Int32(column), scalars, Int32(scalars.count), Int32(cell.style.rawValue))
        }
    }

    /// The terminal may show anything: all of it is drawn anew next time.
    func doubt() { shown = nil }

    /// Gives the terminal back for a while.
    func leave() {
        guard !isDown else { return }
        say(Self.leaving)
        endwin()
        isDown = true
    }

    private func say(_ text: String) {
        let bytes = Array(text.utf8)
        _ = write(terminal, bytes, bytes.count)
    }

    /// Without the pauses that old terminals need, which are written as `$<milliseconds>`.
    private static func unpadded(_ text: String) -> String {
        var kept = ""
        var rest = Substring(text)
        while let start = rest.firstRange(of: "$<"), let end = rest[start.upperBound...].firstIndex(of: ">") {
            kept += rest[..<start.lowerBound]
            rest = rest[rest.index(after: end)...]
        }
        return kept + rest
    }
}
