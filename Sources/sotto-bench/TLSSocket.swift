import Glibc

/// TLS over a socket of the load, by the OpenSSL that this program is linked with for the transport.
///
/// The transport's own client has an event loop and buffers, which would be measured along; and the library's header
/// belongs to that room. So its few calls are looked up by name.
final class TLSSocket {
    private let session: OpaquePointer
    private let library: Library

    /// Blocks until the handshake is done, and checks that the server has the key of `certificate`.
    init(file: Int32, trusting certificate: BenchCertificate) throws(BenchError) {
        library = try Library.shared()
        let context = try library.context(certificate)
        guard let session = library.newSession(context) else { throw .server("no TLS session") }
        self.session = session
        guard library.setFile(session, file) == 1, library.connect(session) == 1 else {
            throw .server("no TLS handshake")
        }
    }

    deinit { library.freeSession(session) }

    /// As `recv`: bytes, 0 at the end, or -1 with `errno`.
    func receive(_ buffer: UnsafeMutableRawPointer?, _ count: Int) -> Int {
        library.clearErrors()
        let got = library.read(session, buffer, Int32(clamping: count))
        return got > 0 ? Int(got) : outcome(of: got)
    }

    /// As `send`.
    func transmit(_ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
        library.clearErrors()
        let sent = library.write(session, bytes, Int32(clamping: count))
        return sent > 0 ? Int(sent) : outcome(of: sent)
    }

    private func outcome(of result: Int32) -> Int {
        // SSL_ERROR_WANT_READ, _WANT_WRITE and _ZERO_RETURN.
        switch library.error(session, result) {
        case 2, 3: errno = EAGAIN
        case 6: return 0
        default: errno = EPROTO
        }
        return -1
    }
}

extension TLSSocket {
    /// The calls, and one context for each certificate. State: used by the thread of the load alone.
    final class Library {
        private typealias New = @convention(c) () -> OpaquePointer?
        private typealias NewContext = @convention(c) (OpaquePointer?) -> OpaquePointer?
        private typealias Load = @convention(c) (OpaquePointer, UnsafePointer<CChar>?, UnsafePointer<CChar>?) -> Int32
        private typealias Verify = @convention(c) (OpaquePointer, Int32, OpaquePointer?) -> Void
        private typealias Control = @convention(c) (OpaquePointer, Int32, Int, UnsafeMutableRawPointer?) -> Int

        let newSession: @convention(c) (OpaquePointer) -> OpaquePointer?
        let freeSession: @convention(c) (OpaquePointer) -> Void
        let setFile: @convention(c) (OpaquePointer, Int32) -> Int32
        let connect: @convention(c) (OpaquePointer) -> Int32
        let read: @convention(c) (OpaquePointer, UnsafeMutableRawPointer?, Int32) -> Int32
        let write: @convention(c) (OpaquePointer, UnsafeRawPointer?, Int32) -> Int32
        let error: @convention(c) (OpaquePointer, Int32) -> Int32
        let clearErrors: @convention(c) () -> Void
        private let handle: UnsafeMutableRawPointer
        private var contexts: [String: OpaquePointer] = [:]

        // The load has one thread, so that nothing races for it.
        nonisolated(unsafe) private static var one: Library?

        /// Opened once.
        static func shared() throws(BenchError) -> Library {
            if let one { return one }
            let library = try Library()
            one = library
            return library
        }

        private init() throws(BenchError) {
            guard let handle = dlopen("libssl.so.3", RTLD_NOW) else { throw .server("there is no libssl.so.3") }
            self.handle = handle
            newSession = try Self.call("SSL_new", in: handle)
            freeSession = try Self.call("SSL_free", in: handle)
            setFile = try Self.call("SSL_set_fd", in: handle)
            connect = try Self.call("SSL_connect", in: handle)
            read = try Self.call("SSL_read", in: handle)
            write = try Self.call("SSL_write", in: handle)
            error = try Self.call("SSL_get_error", in: handle)
            // Of libcrypto, which libssl brings along.
            clearErrors = try Self.call("ERR_clear_error", in: handle)
        }

        func context(_ certificate: BenchCertificate) throws(BenchError) -> OpaquePointer {
            if let known = contexts[certificate.path] { return known }
            let method: New = try Self.call("TLS_client_method", in: handle)
            let make: NewContext = try Self.call("SSL_CTX_new", in: handle)
            let load: Load = try Self.call("SSL_CTX_load_verify_locations", in: handle)
            let verify: Verify = try Self.call("SSL_CTX_set_verify", in: handle)
            let control: Control = try Self.call("SSL_CTX_ctrl", in: handle)
            guard let context = make(method()), load(context, certificate.path, nil) == 1 else {
                throw .server("the certificate \(certificate.path) does not load")
            }
            // SSL_VERIFY_PEER; SSL_CTRL_MODE: partial writes, from a buffer that may move.
            verify(context, 1, nil)
            _ = control(context, 33, 1 | 2, nil)
            contexts[certificate.path] = context
            return context
        }

        private static func call<Function>(
            _ name: String, in handle: UnsafeMutableRawPointer
        ) throws(BenchError) -> Function {
            guard let symbol = dlsym(handle, name) else { throw .server("OpenSSL has no \(name)") }
            return unsafeBitCast(symbol, to: Function.self)
        }
    }
}
