import Client

/// Something to know, until the next entry or Escape.
struct ScreenNotice: Equatable, Sendable {
    enum Kind: Equatable, Sendable {
        case said
        case error
        /// Stays until Escape: somebody may be deceiving this device.
        case warning
    }

    let kind: Kind
    let text: String

    /// As it is shown.
    var row: ScreenRow {
        var row = ScreenRow()
        if kind != .said { row.add(kind == .error ? "error: " : "warning: ", .bold) }
        row.addLine(text, kind == .said ? [] : .bold)
        return row
    }

    static func said(_ text: String) -> ScreenNotice { ScreenNotice(kind: .said, text: text) }
    static func error(_ text: String) -> ScreenNotice { ScreenNotice(kind: .error, text: text) }
    static func warning(_ text: String) -> ScreenNotice { ScreenNotice(kind: .warning, text: text) }
}
