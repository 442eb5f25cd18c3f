import Client
import Glibc
import Testing
import Wire

// BEGIN
/// Says hello to bob, as alice, and gives what came in the meantime.
func sayHello(to server: ServerAddress, folder: String) async throws -> [String] {
    let network = ClientNetwork()
    defer { network.shutdown() }
    let configuration = ClientConfiguration(folder: folder, server: server)
    let client = try Client.open(configuration, unlock: .keyFile, over: network)
    if try await client.whoami() == nil, let alice = Handle(text: "alice") {
        try await client.register(handle: alice)
    }
    if let bob = Handle(text: "bob") {
        // Returns when the message is durable on the server. Out of reach, it stays in the outbox.
        try await client.send("Hello from the other side.", to: bob)
    }
    var texts: [String] = []
    for await event in await client.events(untilIdle: true) {
        if case .message(let message) = event { texts.append(message.text ?? "") }
    }
    await client.close()
    return texts
}
// END

@Suite("The example in docs/clients.md")
struct ExampleTests {
    @Test("is what compiles here, word for word")
    func sameText() throws {
        let here = try text(of: #filePath)
        let root = #filePath.split(separator: "/").dropLast(3).map { "/" + $0 }.joined()
        let document = try text(of: root + "/docs/clients.md")
        let begin = try #require(here.firstRange(of: "// BEGIN\n"))
        let end = try #require(here.firstRange(of: "// END\n"))
        #expect(document.contains("import Client\nimport Wire\n\n" + here[begin.upperBound..<end.lowerBound]))
    }

    private func text(of path: String) throws -> String {
        let file = try #require(fopen(path, "rb"), "\(path)")
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 1 << 20)
        let count = fread(&bytes, 1, bytes.count, file)
        return String(decoding: bytes.prefix(count), as: UTF8.self)
    }
}
