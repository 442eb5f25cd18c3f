@testable import Wire

/// Bytes from hexadecimal text; spaces are for the eye.
func hex(_ text: String) -> [UInt8] {
    let digits = text.compactMap(\.hexDigitValue)
    return stride(from: 0, to: digits.count - 1, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
}

extension WireContext {
    static func server(_ form: WireForm) -> WireContext { WireContext(form: form, refusesUnknownFields: true) }
    static func client(_ form: WireForm) -> WireContext { WireContext(form: form, refusesUnknownFields: false) }
}

/// Why these bytes are refused; `nil` when they are not.
func refusal(of bytes: [UInt8], as form: WireForm, nodeCountMax: Int = WireLimits.requestNodeCountMax) -> WireError? {
    do {
        _ = try WireValue.parse(bytes, as: form, nodeCountMax: nodeCountMax)
        return nil
    } catch {
        return error
    }
}

func refusal(of text: String) -> WireError? { refusal(of: Array(text.utf8), as: .json) }

func malformed(_ offset: Int, _ what: String) -> WireError { WireError(.malformed(offset: offset, what)) }

/// A generator whose whole course follows from its seed, so that a failing run can be repeated (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
