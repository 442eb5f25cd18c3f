import Glibc
import Testing

@testable import sotto

@Suite("What is said while a screen is up")
struct HeldOutputTests {
    @Test("it comes out behind the screen, and what does not fit is lost")
    func held() async {
        // In a process of its own, since it is about standard output.
        let result = await #expect(processExitsWith: .success, observing: [\.standardOutputContent]) {
            let held = HeldOutput()
            Output.write("said meanwhile\n", to: STDOUT_FILENO)
            Output.write("on the screen\n", to: held.output)
            for _ in 0..<100 { Output.write(String(repeating: "x", count: 1_000), to: STDOUT_FILENO) }
            held.end()
            Output.write("\nafterwards\n", to: STDOUT_FILENO)
        }
        let text = String(decoding: result?.standardOutputContent ?? [], as: UTF8.self)
        let places = ["on the screen\n", "said meanwhile\n", "xxx", "\nafterwards\n"].map { text.firstRange(of: $0) }
        #expect(places.allSatisfy { $0 != nil })
        let starts = places.compactMap { $0?.lowerBound }
        #expect(starts == starts.sorted())
        #expect(text.filter { $0 == "x" }.count < 100_000)
    }
}
