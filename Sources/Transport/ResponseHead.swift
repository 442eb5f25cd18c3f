/// The bytes of a response's head. RFC 9112, section 4.
///
/// Names and values come from the caller and may carry what a user wrote: a name that is not a token is left out, and
/// a control byte in a value becomes a space, so that no value can start a line of its own.
enum ResponseHead {
    static func append(status: Int, headers: [(String, String)], to bytes: inout [UInt8]) {
        bytes.append(contentsOf: "HTTP/1.1 ".utf8)
        bytes.append(contentsOf: String(min(max(status, 100), 999)).utf8)
        bytes.append(0x20)
        bytes.append(contentsOf: reason(status).utf8)
        endLine(&bytes)
        for (name, value) in headers { appendField(name, value, to: &bytes) }
    }

    static func appendField(_ name: String, _ value: String, to bytes: inout [UInt8]) {
        guard isToken(name) else { return }
        bytes.append(contentsOf: name.utf8)
        bytes.append(0x3a)
        bytes.append(0x20)
        for byte in value.utf8 { bytes.append((byte < 0x20 && byte != 0x09) || byte == 0x7f ? 0x20 : byte) }
        endLine(&bytes)
    }

    static func endLine(_ bytes: inout [UInt8]) {
        bytes.append(0x0d)
        bytes.append(0x0a)
    }

    /// RFC 9110, section 5.6.2.
    static func isToken(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy { byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5a, 0x61...0x7a: true
            case 0x21, 0x23...0x27, 0x2a, 0x2b, 0x2d, 0x2e, 0x5e, 0x5f, 0x60, 0x7c, 0x7e: true
            default: false
            }
        }
    }

    /// Whether a response of that status has no body and no length. RFC 9110, section 6.4.1.
    static func isBodiless(status: Int) -> Bool { status / 100 == 1 || status == 204 || status == 304 }

    private static func reason(_ status: Int) -> String {
        switch status {
        case 100: "Continue"
        case 101: "Switching Protocols"
        case 200: "OK"
        case 201: "Created"
        case 202: "Accepted"
        case 204: "No Content"
        case 206: "Partial Content"
        case 301: "Moved Permanently"
        case 302: "Found"
        case 303: "See Other"
        case 304: "Not Modified"
        case 307: "Temporary Redirect"
        case 308: "Permanent Redirect"
        case 400: "Bad Request"
        case 401: "Unauthorized"
        case 403: "Forbidden"
        case 404: "Not Found"
        case 405: "Method Not Allowed"
        case 406: "Not Acceptable"
        case 408: "Request Timeout"
        case 409: "Conflict"
        case 410: "Gone"
        case 411: "Length Required"
        case 412: "Precondition Failed"
        case 413: "Content Too Large"
        case 415: "Unsupported Media Type"
        case 416: "Range Not Satisfiable"
        case 422: "Unprocessable Content"
        case 423: "Locked"
        case 426: "Upgrade Required"
        case 428: "Precondition Required"
        case 429: "Too Many Requests"
        case 431: "Request Header Fields Too Large"
        case 460: "Checksum Mismatch"
        case 500: "Internal Server Error"
        case 501: "Not Implemented"
        case 502: "Bad Gateway"
        case 503: "Service Unavailable"
        case 504: "Gateway Timeout"
        case 505: "HTTP Version Not Supported"
        case 507: "Insufficient Storage"
        default: "Status"
        }
    }
}
