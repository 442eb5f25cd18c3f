/// A response as it came over the wire, read by a parser that shares nothing with the one under test.
struct RawResponse: Sendable, Equatable {
    var status = 0
    var headers: [String: String] = [:]
    var body: [UInt8] = []

    var text: String { String(decoding: body, as: UTF8.self) }
}

extension RawPeer {
    /// nil when the stream ended before a whole response.
    func receiveResponse(toHead: Bool = false) -> RawResponse? {
        guard let first = receiveLine() else { return nil }
        var response = RawResponse()
        response.status = first.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
        while true {
            guard let line = receiveLine() else { return nil }
            if line.isEmpty { break }
            guard let colon = line.firstIndex(of: ":") else { return nil }
            let value = line[line.index(after: colon)...].drop { $0 == " " }
            response.headers[line[..<colon].lowercased()] = String(value)
        }
        if toHead || response.status / 100 == 1 || response.status == 204 || response.status == 304 { return response }
        if response.headers["transfer-encoding"] == "chunked" {
            while true {
                guard let line = receiveLine(), let size = Int(line, radix: 16) else { return nil }
                let chunk = receive(size)
                guard chunk.count == size, receiveLine() == "" else { return nil }
                if size == 0 { return response }
                response.body += chunk
            }
        }
        guard let length = response.headers["content-length"].flatMap({ Int($0) }) else {
            response.body = receiveAll() ?? []
            return response
        }
        response.body = receive(length)
        return response.body.count == length ? response : nil
    }

    func ask(_ text: String) -> RawResponse? {
        send(text)
        return receiveResponse()
    }
}
