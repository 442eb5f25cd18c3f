/// What somebody has done at a terminal.
enum TerminalKey: Equatable, Sendable {
    /// Something to write: one scalar, or more where marks came with it.
    case text(String)
    /// Pasted as one, by a terminal that says so. Whatever is in it is text.
    case paste(String)
    case enter
    /// A new line in what is written: Ctrl-J, Alt-Enter.
    case newLine
    case tab
    case backTab
    case escape
    case backspace
    case delete
    case up
    case down
    case left
    case right
    case home
    case end
    case pageUp
    case pageDown
    case wordLeft
    case wordRight
    /// Alt and an arrow.
    case altUp
    case altDown
    /// Ctrl and a small letter.
    case control(Character)
    /// Alt and a letter.
    case alt(Character)
    /// F1 and so on.
    case function(Int)
}
