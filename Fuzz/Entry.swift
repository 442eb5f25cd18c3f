import Glibc

/// One program for all targets: `FUZZ_TARGET` names the one to run. `Scripts/fuzz` builds and starts it.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
    target.body([UInt8](UnsafeBufferPointer(start: start, count: count)))
    return 0
}

/// A parser, or a state machine, and what must hold whatever it is fed.
struct FuzzTarget: Sendable {
    let name: String
    /// The longest input that is worth trying.
    let byteCountMax: Int
    let body: @Sendable ([UInt8]) -> Void
}

private let target: FuzzTarget = {
    let all = FuzzTarget.wire + FuzzTarget.keys + FuzzTarget.sessions + FuzzTarget.secrets + FuzzTarget.server
        + FuzzTarget.client + FuzzTarget.media
    guard let text = getenv("FUZZ_TARGET").map({ String(cString: $0) }) else {
        // The list for `Scripts/fuzz`.
        for target in all { print(target.name, target.byteCountMax) }
        fflush(nil)
        _exit(0)
    }
    guard let found = all.first(where: { $0.name == text }) else {
        print("There is no target \(text).")
        fflush(nil)
        _exit(2)
    }
    return found
}()

/// Ends the run: the input that led here is kept.
func require(_ condition: Bool, _ what: @autoclosure () -> String) {
    if !condition { fatalError(what()) }
}
