/// A response as a client receives it.
public struct HTTPResponse: Sendable {
    public let status: Int
    public let headers: HeaderFields
    public let body: [UInt8]
}
