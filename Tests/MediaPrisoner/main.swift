// Enters the worker's sandbox, or a part of it, and tries one way out.
//
//   media-prisoner free|landlock|filter|locked ATTEMPT
//
// Where it may not even read its own command line, the attempt stands in descriptor 3, and it is locked in already.
//
// Exit status: 0 refused, 10 got through, 2 not understood, 3 the sandbox could not be entered. A call that the filter
// forbids ends it by SIGSYS.
import Glibc
import Media

var words = CommandLine.arguments.dropFirst()
if words.isEmpty {
    var name = [UInt8](repeating: 0, count: 64)
    let count = pread(3, &name, name.count, 0)
    words = ["", "free", String(decoding: name.prefix(max(0, count)), as: UTF8.self)].dropFirst()
}
guard words.count == 2, let mode = words.first, let name = words.last, let attempt = Attempt(rawValue: name) else {
    exit(2)
}
do {
    if mode != "free" { try Sandbox.closeDescriptors() }
    if mode == "landlock" || mode == "locked" {
        let version = try Sandbox.forbidFiles()
        if mode == "landlock", version == 0 { exit(0) }
    }
    if mode == "locked" { try Sandbox.limitResources(memoryByteCountMax: 640 << 20) }
    if mode == "filter" || mode == "locked" { try SystemCallFilter.enter() }
} catch {
    exit(3)
}
exit(attempt.succeeds() ? 10 : 0)
