import Glibc
import Testing

@testable import Transport

@Suite struct DateFieldTests {
    @Test("the field is that of its second, also when the clock is put back")
    func seconds() {
        var field = DateField()
        let lines = [784_111_777, 784_111_777, 784_111_778, 0].map { (second) in
            var bytes = Array("X: 1\r\n".utf8)
            field.append(at: second, to: &bytes)
            return String(decoding: bytes, as: UTF8.self)
        }
        #expect(
            lines == ["Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:38",
                "Thu, 01 Jan 1970 00:00:00"].map { "X: 1\r\nDate: \($0) GMT\r\n" })
    }

    @Test("every answer says when it was made: whole, in pieces, without a body, and a refusal of the transport's")
    func answers() async throws {
        let handler = Handler.concurrent { (exchange) in
            switch exchange.head.target {
            case "/pieces": exchange.respondStreaming(status: 200).finish()
            case "/none": exchange.respond(status: 204)
            default: exchange.respond(status: 404)
            }
        }
        try await TestServer.run(handler) { (server) in
            let first = time(nil)
            let dates = await RawPeer.run(server.port) { (peer) in
                ["GET /pieces", "GET /none", "HEAD /", "GET /", "/"].map { (line) in
                    peer.send("\(line) HTTP/1.1\r\nHost: x\r\n\r\n")
                    return peer.receiveResponse(toHead: line.hasPrefix("HEAD"))?.headers["date"]
                }
            }
            // The coarse clock may be a little behind the one that is asked here.
            let possible = (first - 1...time(nil)).map { HTTPDate.text(secondsSince1970: $0) }
            for date in dates { #expect(date.map { possible.contains($0) } == true, "\(date ?? "none")") }
        }
    }
}
