import Glibc
public import Transport

/// Self-signed certificates for "localhost" and 127.0.0.1, valid for a hundred years and trusted by nobody.
public struct TestCertificate: Sendable {
    public let chain: String
    public let key: String

    public init(chain: String, key: String) {
        self.chain = chain
        self.key = key
    }

    /// Writes both as PEM files, in the place of what is there.
    public func write(chainFile: String, keyFile: String) {
        for (file, text) in [(chainFile, chain), (keyFile, key)] {
            let descriptor = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
            _ = text.withCString { Glibc.write(descriptor, $0, strlen($0)) }
            close(descriptor)
        }
    }

    /// PEM files must be files: they are written anew for each use.
    private func withFiles<Value>(
        _ body: (String, String) throws(TransportError) -> Value
    ) throws(TransportError) -> Value {
        let (chainFile, keyFile) = (Self.file(chain), Self.file(key))
        defer {
            unlink(chainFile)
            unlink(keyFile)
        }
        return try body(chainFile, keyFile)
    }

    public func server() throws(TransportError) -> TLSConfiguration {
        try withFiles { chain, key throws(TransportError) in
            try TLSConfiguration(certificateChainFile: chain, privateKeyFile: key)
        }
    }

    public func replace(_ configuration: TLSConfiguration) throws(TransportError) {
        try withFiles { chain, key throws(TransportError) in
            try configuration.reload(certificateChainFile: chain, privateKeyFile: key)
        }
    }

    /// A client that trusts this certificate as a root.
    public func client() throws(TransportError) -> TLSClientConfiguration {
        try withFiles { chain, _ throws(TransportError) in
            try TLSClientConfiguration(trust: .rootsFile(chain))
        }
    }

    private static func file(_ text: String) -> String {
        var template = Array("\(P_tmpdir)/transport-pem-XXXXXX".utf8CString)
        let descriptor = mkstemp(&template)
        _ = text.withCString { Glibc.write(descriptor, $0, strlen($0)) }
        close(descriptor)
        return String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    /// SHA-256 of the DER of ``localhost``.
    public static let localhostDigest: [UInt8] = stride(from: 0, to: 64, by: 2).compactMap { index in
        let digits = "7ebd3b0aa57d7d80b2582be77c354fcd9b01ab78e43d8bd9f61eb3d3484bf85c".dropFirst(index).prefix(2)
        return UInt8(digits, radix: 16)
    }

    public static let localhost = TestCertificate(
        chain: """
            -----BEGIN CERTIFICATE-----
            MIIBnDCCAUGgAwIBAgIUWi+QD++3yZu0VSHF244QCwdUWa0wCgYIKoZIzj0EAwIw
            FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyMDIwMzIwNloYDzIxMjYxMDI3
            MjAzMjA2WjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
            PQMBBwNCAAQhhi2UPSHn3WKkTYFLg5oO3LBi6hIbnY7iuPyD+kWeWi3u7MyQVA9M
            6Nwwwq0OoV0DjIIK5kuXVi8NNwkiFL7do28wbTAdBgNVHQ4EFgQUAAEwfl/XAzo4
            yDUYGuzzT3iQ0UAwHwYDVR0jBBgwFoAUAAEwfl/XAzo4yDUYGuzzT3iQ0UAwGgYD
            VR0RBBMwEYIJbG9jYWxob3N0hwR/AAABMA8GA1UdEwEB/wQFMAMBAf8wCgYIKoZI
            zj0EAwIDSQAwRgIhAJFkD5zfEGVEwnTbnvSqiNkpk/Cz0Dw57/2Na/ra651rAiEA
            9W9cQuZqHTBGNKZQF+zp24olWhp6qcqjNHj447KkH/4=
            -----END CERTIFICATE-----
            """,
        key: """
            -----BEGIN PRIVATE KEY-----
            MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgBWbJojg4xTynjosv
            D1dp+7XOswain14JwZRYzsby3fGhRANCAAQhhi2UPSHn3WKkTYFLg5oO3LBi6hIb
            nY7iuPyD+kWeWi3u7MyQVA9M6Nwwwq0OoV0DjIIK5kuXVi8NNwkiFL7d
            -----END PRIVATE KEY-----
            """)

    public static let another = TestCertificate(
        chain: """
            -----BEGIN CERTIFICATE-----
            MIIBmzCCAUGgAwIBAgIUBvsXvuvdW14kbGOUG1qJURQti+kwCgYIKoZIzj0EAwIw
            FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyMDIwMzIwNloYDzIxMjYxMDI3
            MjAzMjA2WjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
            PQMBBwNCAAQpmaCn2KP/RZ+6rhADSENvrhGCehT+YcxtEgdwLYAHvhWJtBrl0NUy
            EseOOLQa0Qh+V1JbUtTTxJSw2FFvdDkbo28wbTAdBgNVHQ4EFgQUoKLiSIV3I0et
            PeBoJ0FhAFkGLFIwHwYDVR0jBBgwFoAUoKLiSIV3I0etPeBoJ0FhAFkGLFIwGgYD
            VR0RBBMwEYIJbG9jYWxob3N0hwR/AAABMA8GA1UdEwEB/wQFMAMBAf8wCgYIKoZI
            zj0EAwIDSAAwRQIgJj1y+KmzMMdlXopmQMzTzPHi4ym//ERBApxbGXTH7lMCIQD7
            dFI1cwoEGumfPkiozXyVBmr98DpVrlONhTm0yoTq5g==
            -----END CERTIFICATE-----
            """,
        key: """
            -----BEGIN PRIVATE KEY-----
            MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgoxdqarQYTCeygFpn
            AQi8jq+CYaDbf/xm9jSMbno6vWqhRANCAAQpmaCn2KP/RZ+6rhADSENvrhGCehT+
            YcxtEgdwLYAHvhWJtBrl0NUyEseOOLQa0Qh+V1JbUtTTxJSw2FFvdDkb
            -----END PRIVATE KEY-----
            """)

    /// For "elsewhere.example" only.
    public static let otherName = TestCertificate(
        chain: """
            -----BEGIN CERTIFICATE-----
            MIIBrTCCAVOgAwIBAgIUFjy9VEJP/YpMxTg8rMgsxfuNtxAwCgYIKoZIzj0EAwIw
            HDEaMBgGA1UEAwwRZWxzZXdoZXJlLmV4YW1wbGUwIBcNMjYxMTIwMjA0NDM1WhgP
            MjEyNjEwMjcyMDQ0MzVaMBwxGjAYBgNVBAMMEWVsc2V3aGVyZS5leGFtcGxlMFkw
            EwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAERzRtaSesXliZTSFZFn7XamltNrbL4ZbN
            cD2Q0kAES1GNid0/CN8KAZTp8UId1D+7nxJik9/cxlUt9dak4pB8yKNxMG8wHQYD
            VR0OBBYEFPyu9aJ/WPlKfWFHqgc2z2AgyvsSMB8GA1UdIwQYMBaAFPyu9aJ/WPlK
            fWFHqgc2z2AgyvsSMBwGA1UdEQQVMBOCEWVsc2V3aGVyZS5leGFtcGxlMA8GA1Ud
            EwEB/wQFMAMBAf8wCgYIKoZIzj0EAwIDSAAwRQIgAuuv1eMzdjCuE3e2Qz5FQ0wS
            F9d5Mmk8g+cfSxlnieUCIQCQrfvSyOr+NRgrEFwApGLuxMTmDNTQ+zAewfEHXifH
            Ew==
            -----END CERTIFICATE-----
            """,
        key: """
            -----BEGIN PRIVATE KEY-----
            MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg0clIb1fQ3Dxq2ZIq
            smi36ySzeCfdjj2ujJqe9n9c8m+hRANCAARHNG1pJ6xeWJlNIVkWftdqaW02tsvh
            ls1wPZDSQARLUY2J3T8I3woBlOnxQh3UP7ufEmKT39zGVS311qTikHzI
            -----END PRIVATE KEY-----
            """)
}
