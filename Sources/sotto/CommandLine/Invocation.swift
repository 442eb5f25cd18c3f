import Client
import Wire

/// A command line that was understood: the command, its words, and the options that were given or that the environment
/// says.
struct Invocation: Sendable {
    let command: SottoCommand
    var words: [String] = []
    var switches: Set<String> = []
    var values: [String: String] = [:]

    /// For words that the command does not understand.
    var misused: UsageError {
        // Of `sotto send #Town hello` a shell leaves this.
        let hint = if words.isEmpty, case .chat = command.words.first?.kind { ". \(Self.quotesHint)" } else { "" }
        return UsageError(message: "Usage: sotto \(command.usage)\(hint)")
    }

    /// For where a chat is missing: to a shell all behind a `#` is a remark.
    static let quotesHint = "A word that begins with # wants quotes: '#Town'."

    func has(_ name: String) -> Bool { switches.contains(name) }

    /// The word in that place.
    /// - Parameter index: from 0.
    func word(_ index: Int) throws(UsageError) -> String {
        guard words.indices.contains(index) else { throw misused }
        return words[index]
    }

    /// The line of a chat that a word names: a number, as `history` shows it, and with `#` before it too.
    func lineNumber(at index: Int) throws(UsageError) -> SequenceNumber {
        let word = try word(index)
        guard let number = UInt64(word.hasPrefix("#") ? String(word.dropFirst()) : word) else {
            throw UsageError(
                message: "A message is named by its number, as sotto history shows it, not “\(Output.oneLine(word))”.")
        }
        return SequenceNumber(number)
    }

    /// The value of an option that says how long, in seconds: a number, and `s`, `m`, `h` or `d` behind it.
    func duration(_ name: String) throws(UsageError) -> Duration? {
        guard let text = values[name] else { return nil }
        let units: [Character: UInt64] = ["s": 1, "m": 60, "h": 3600, "d": 86_400]
        guard let unit = text.last.flatMap({ units[$0] }), let number = UInt64(text.dropLast()),
            case (let seconds, false) = number.multipliedReportingOverflow(by: unit)
        else {
            throw UsageError(message: "\(name) takes a time such as 30s, 5m, 1h or 7d, not “\(Output.oneLine(text))”.")
        }
        return .seconds(Int64(clamping: seconds))
    }

    /// The value of a numeric option.
    func number(_ name: String) throws(UsageError) -> UInt64? {
        guard let text = values[name] else { return nil }
        guard let number = UInt64(text) else {
            throw UsageError(message: "\(name) takes a number, not “\(Output.oneLine(text))”.")
        }
        return number
    }
}
