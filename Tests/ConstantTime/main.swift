import Glibc

// Runs under `valgrind --tool=memcheck` (make constant-time). Prints what was watched and how many reports there were;
// ends with 1 when there was any. With the argument `planted` it runs a fault in place of ours.

/// What was to be watched did not happen.
func fail(_ reason: String) -> Never {
    print("constant-time: \(reason)")
    exit(2)
}

guard Memcheck.isRunning else { fail("run this under valgrind") }
let isPlanted = CommandLine.arguments.dropFirst().first == "planted"
for one in isPlanted ? [planted] : watched {
    let before = Memcheck.reportCount
    one.run()
    print("\(one.name): \(Memcheck.reportCount - before) reports")
}
exit(Memcheck.reportCount == 0 ? 0 : 1)
