/// Reads keys from the bytes that a terminal sends, however they are cut.
///
/// Sequences are those that xterm and all that is like it send, with and without application keys, and the few others
/// of rxvt and the Linux console. What is not known does nothing.
struct KeyDecoder {
    /// Bytes of one sequence. What is longer is none.
    private static let sequenceByteCountMax = 32

    private enum State {
        case plain
        /// The first bytes of a scalar.
        case scalar([UInt8], missing: Int)
        case escape
        /// Behind `ESC O`.
        case single(isAlt: Bool)
        /// Behind `ESC [`.
        case control([UInt8], isAlt: Bool)
        /// Within a paste; what may be its end is held back.
        case paste
        /// So many bytes say nothing.
        case ignored(Int)
        /// Within what a terminal tells of itself, up to BEL or the next escape.
        case report
    }

    private var state = State.plain
    private var pasted: [UInt8] = []
    private let pasteByteCountMax: Int
    /// A paste has ended, and what came with it is not read whole yet: it may have had the mark of its end in it.
    private var isBehindPaste = false
    private static let pasteEnd = Array("\u{1B}[201~".utf8)

    /// - Parameter pasteByteCountMax: what is pasted beyond is dropped.
    init(pasteByteCountMax: Int) { self.pasteByteCountMax = pasteByteCountMax }

    /// Whether an escape was read that may be a key of its own: it is, when nothing follows soon.
    var isWaiting: Bool {
        switch state {
        case .escape, .single, .control, .ignored, .report: true
        case .plain, .scalar, .paste: false
        }
    }

    mutating func take(_ bytes: some Sequence<UInt8>) -> [TerminalKey] {
        var keys: [TerminalKey] = []
        for byte in bytes {
            let count = keys.count
            take(byte, &keys)
            guard keys.count > count, let key = keys.last else { continue }
            if case .paste = key { isBehindPaste = true }
            // Nobody typed it: what is pasted is to send nothing.
            if isBehindPaste, key == .enter { keys[keys.count - 1] = .newLine }
        }
        return keys
    }

    /// All that has come is read.
    mutating func pause() { isBehindPaste = false }

    /// Nothing followed.
    mutating func timeOut() -> [TerminalKey] {
        defer { if isWaiting { state = .plain } }
        if case .escape = state { return [.escape] }
        if case .single = state { return [.alt("O")] }
        return []
    }

    private mutating func take(_ byte: UInt8, _ keys: inout [TerminalKey]) {
        switch state {
        case .plain: takePlain(byte, &keys)
        case .scalar(let bytes, let missing): takeScalar(bytes + [byte], missing - 1, &keys)
        case .escape: takeEscaped(byte, &keys)
        case .single(let isAlt):
            state = .plain
            if let key = Self.arrow(byte, isAlt: isAlt) ?? Self.single(byte) { keys.append(key) }
        case .control(let bytes, let isAlt): takeControl(bytes, byte, isAlt: isAlt, &keys)
        case .paste: takePasted(byte, &keys)
        case .report where byte == 0x07: state = .plain
        case .report where byte == 0x1B: state = .escape
        case .report: break
        case .ignored(let count): state = count > 1 ? .ignored(count - 1) : .plain
        }
    }

    private mutating func takePlain(_ byte: UInt8, _ keys: inout [TerminalKey]) {
        switch byte {
        case 0x1B: state = .escape
        case 0x0D: keys.append(.enter)
        case 0x0A: keys.append(.newLine)
        case 0x09: keys.append(.tab)
        case 0x08, 0x7F: keys.append(.backspace)
        case 0x01...0x1A: keys.append(.control(Character(Unicode.Scalar(byte + 0x60))))
        case 0x20..<0x7F: keys.append(.text(String(Unicode.Scalar(byte))))
        case 0xC2...0xDF: state = .scalar([byte], missing: 1)
        case 0xE0...0xEF: state = .scalar([byte], missing: 2)
        case 0xF0...0xF4: state = .scalar([byte], missing: 3)
        default: break
        }
    }

    private mutating func takeScalar(_ bytes: [UInt8], _ missing: Int, _ keys: inout [TerminalKey]) {
        guard let last = bytes.last, last & 0xC0 == 0x80 else {
            // Cut short: what comes is read anew.
            state = .plain
            if let last = bytes.last { takePlain(last, &keys) }
            return
        }
        guard missing == 0 else { return state = .scalar(bytes, missing: missing) }
        state = .plain
        if let text = String(validating: bytes, as: UTF8.self) { keys.append(.text(text)) }
    }

    private mutating func takeEscaped(_ byte: UInt8, _ keys: inout [TerminalKey]) {
        state = .plain
        switch byte {
        case UInt8(ascii: "["): state = .control([], isAlt: false)
        case UInt8(ascii: "O"): state = .single(isAlt: false)
        case 0x1B: state = .escape
        case UInt8(ascii: "P"), UInt8(ascii: "]"), UInt8(ascii: "^"), UInt8(ascii: "_"): state = .report
        case 0x0D, 0x0A: keys.append(.newLine)
        case 0x08, 0x7F: keys.append(.control("w"))
        case UInt8(ascii: "b"): keys.append(.wordLeft)
        case UInt8(ascii: "f"): keys.append(.wordRight)
        case 0x20..<0x7F: keys.append(.alt(Character(Unicode.Scalar(byte))))
        default: takePlain(byte, &keys)
        }
    }

    private mutating func takeControl(
        _ bytes: [UInt8], _ byte: UInt8, isAlt: Bool, _ keys: inout [TerminalKey]
    ) {
        // The Linux console has a second bracket before the letter of F1 to F5.
        let isConsole = bytes == [UInt8(ascii: "[")]
        guard (0x40...0x7E).contains(byte), !(bytes.isEmpty && byte == UInt8(ascii: "[")) else {
            let isPart = (0x20..<0x40).contains(byte) || byte == UInt8(ascii: "[")
            guard isPart, bytes.count < Self.sequenceByteCountMax else {
                state = .plain
                // A control byte ends what it cuts.
                if byte < 0x20 { takePlain(byte, &keys) }
                return
            }
            return state = .control(bytes + [byte], isAlt: isAlt)
        }
        state = .plain
        if isConsole {
            if (UInt8(ascii: "A")...UInt8(ascii: "E")).contains(byte) {
                keys.append(.function(Int(byte - UInt8(ascii: "A")) + 1))
            }
            return
        }
        let numbers = bytes.split(separator: UInt8(ascii: ";"), omittingEmptySubsequences: false).map {
            Int(String(decoding: $0, as: UTF8.self)) ?? 0
        }
        // Shift is 1, Alt 2, Ctrl 4, and one more than their sum is said.
        let modifiers = numbers.count > 1 ? max(numbers[1] - 1, 0) : 0
        let (isAlt, isControl) = (isAlt || modifiers & 2 != 0, modifiers & 4 != 0)
        if byte == UInt8(ascii: "~") {
            takeNumbered(numbers.first ?? 0, &keys)
        } else if let key = Self.arrow(byte, isAlt: isAlt || isControl) {
            keys.append(key)
        } else if byte == UInt8(ascii: "M") {
            // A report of the mouse, which nobody asked for: three bytes follow the old form.
            if bytes.isEmpty { state = .ignored(3) }
        } else if let key = Self.single(byte) {
            keys.append(key)
        } else if byte == UInt8(ascii: "Z") {
            keys.append(.backTab)
        }
    }

    private mutating func takeNumbered(_ number: Int, _ keys: inout [TerminalKey]) {
        switch number {
        case 1, 7: keys.append(.home)
        case 4, 8: keys.append(.end)
        case 3: keys.append(.delete)
        case 5: keys.append(.pageUp)
        case 6: keys.append(.pageDown)
        case 11...15: keys.append(.function(number - 10))
        case 17...21: keys.append(.function(number - 11))
        case 23, 24: keys.append(.function(number - 12))
        case 200:
            pasted = []
            state = .paste
        default: break
        }
    }

    private mutating func takePasted(_ byte: UInt8, _ keys: inout [TerminalKey]) {
        pasted.append(byte)
        if pasted.ends(with: Self.pasteEnd) {
            pasted.removeLast(Self.pasteEnd.count)
            keys.append(.paste(String(decoding: pasted, as: UTF8.self)))
            pasted = []
            state = .plain
        } else if pasted.count >= pasteByteCountMax + Self.pasteEnd.count {
            // Its end is still waited for: all but its last byte may be here.
            pasted.remove(at: pasteByteCountMax)
        }
    }

    private static func arrow(_ byte: UInt8, isAlt: Bool) -> TerminalKey? {
        switch Unicode.Scalar(byte) {
        case "A": isAlt ? .altUp : .up
        case "B": isAlt ? .altDown : .down
        case "C": isAlt ? .wordRight : .right
        case "D": isAlt ? .wordLeft : .left
        default: nil
        }
    }

    private static func single(_ byte: UInt8) -> TerminalKey? {
        switch Unicode.Scalar(byte) {
        case "H": .home
        case "F": .end
        case "P": .function(1)
        case "Q": .function(2)
        case "R": .function(3)
        case "S": .function(4)
        case "M": .enter
        default: nil
        }
    }
}

extension [UInt8] {
    fileprivate func ends(with end: [UInt8]) -> Bool { count >= end.count && suffix(end.count).elementsEqual(end) }
}
