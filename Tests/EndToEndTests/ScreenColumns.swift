import CNcurses

/// Where things stand in a row of a terminal, by the widths that the C library knows.
enum ScreenColumns {
    private static let isReady = sotto_use_utf8() == 1

    /// What stands before the border at a column, without the blanks at its end, and what stands behind it; `nil` where
    /// there is none.
    static func split(_ row: String, at column: Int) -> (left: String, right: String)? {
        guard isReady else { return nil }
        var at = 0
        let scalars = Array(row.unicodeScalars)
        for (index, scalar) in scalars.enumerated() {
            if at == column {
                guard scalar == "│" else { return nil }
                let left = String(String.UnicodeScalarView(scalars[..<index]))
                let right = String(String.UnicodeScalarView(scalars[(index + 1)...]))
                return (String(left.reversed().drop { $0 == " " }.reversed()), right)
            }
            at += Int(max(0, sotto_scalar_width(scalar.value)))
        }
        return nil
    }
}
