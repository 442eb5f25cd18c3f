/// Why bytes from outside are not what they should be. Names the place, never repeats the content.
public struct WireError: Error, Equatable, Sendable {
    /// What is wrong, in terms of what was expected.
    public enum Reason: Equatable, Sendable {
        /// Not well-formed CBOR or JSON; the offset is in bytes.
        case malformed(offset: Int, String)
        case missing
        case wrongType(expected: String, found: String)
        /// Of the right type, but outside its bounds.
        case outOfBounds(String)
        case unknownField
    }

    /// Where, as a path of field names and indices such as `envelopes[2].body`. Empty for the whole.
    public var path: String
    public let reason: Reason

    public init(path: String = "", _ reason: Reason) {
        self.path = path
        self.reason = reason
    }

    /// The same error, seen from one level further out.
    func below(_ outer: String) -> WireError {
        if path.isEmpty { return WireError(path: outer, reason) }
        return WireError(path: path.hasPrefix("[") ? outer + path : "\(outer).\(path)", reason)
    }

    /// One clause for the developer who sent the bytes; repeats none of them.
    public var explanation: String {
        switch reason {
        case .malformed(let offset, let what): "\(what) at byte \(offset)"
        case .missing: "required and absent"
        case .wrongType(let expected, let found): "must be \(expected), is \(found)"
        case .outOfBounds(let bounds): bounds
        case .unknownField: "not a field of this object"
        }
    }
}
