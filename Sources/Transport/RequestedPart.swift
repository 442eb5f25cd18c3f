/// The part of a body that a request asks for, and how to say so.
public struct RequestedPart: Sendable {
    /// 200, 206 or 416.
    public let status: Int
    /// None with 416.
    public let bytes: Range<UInt64>
    /// Go into the answer's head.
    public let headers: [(String, String)]
}
