@testable import Wire

extension FuzzTarget {
    static let wire = [
        FuzzTarget(name: "cbor", byteCountMax: 512) { values($0, .cbor) },
        FuzzTarget(name: "json", byteCountMax: 512) { values($0, .json) },
        FuzzTarget(name: "client-frames", byteCountMax: 2048) { frames($0) { records(ClientFrame.self, $0, $1) } },
        FuzzTarget(name: "server-frames", byteCountMax: 2048) { frames($0) { records(ServerFrame.self, $0, $1) } },
        FuzzTarget(name: "payloads", byteCountMax: 4096) { payload($0) },
        FuzzTarget(name: "base64url", byteCountMax: 200) { (bytes) in
            let text = String(decoding: bytes, as: UTF8.self)
            guard let decoded = Base64URL.decode(text) else { return }
            require(Base64URL.encode(decoded) == text, "two texts for the same bytes")
        },
        FuzzTarget(name: "timestamps", byteCountMax: 40) { (bytes) in
            for form in [WireForm.cbor, .json] {
                guard let time = try? Timestamp.decode(bytes, in: .client(form)) else { continue }
                let again = try? Timestamp.decode(time.encoded(as: form), in: .client(form))
                require(again == time, "a time that does not read back")
            }
        },
    ]

    /// What reads, is written and read again as itself.
    private static func values(_ bytes: [UInt8], _ form: WireForm) {
        guard let value = try? WireValue.parse(bytes, as: form) else { return }
        let again = try? WireValue.parse(value.encoded(as: form), as: form)
        require(again == value, "a value that does not read back")
    }

    private static func frames(_ bytes: [UInt8], _ body: ([UInt8], WireForm) -> Void) {
        guard let first = bytes.first else { return }
        body(Array(bytes.dropFirst()), first & 1 == 0 ? .cbor : .json)
    }

    private static func records<T: WireType & Equatable>(_ type: T.Type, _ bytes: [UInt8], _ form: WireForm) {
        for strict in [true, false] {
            let context = WireContext(form: form, refusesUnknownFields: strict)
            guard let value = try? T.decode(bytes, in: context) else { continue }
            let again = try? T.decode(value.encoded(as: form), in: WireContext(form: form, refusesUnknownFields: false))
            require(again == value, "a \(type) that does not read back")
        }
    }

    private static func payload(_ bytes: [UInt8]) {
        guard bytes.count > 1 else { return }
        let form: WireForm = bytes[1] & 1 == 0 ? .cbor : .json
        let rest = Array(bytes[2...])
        switch bytes[0] % 10 {
        case 0: records(RegistrationRequest.self, rest, form)
        case 1: records(DeviceListChange.self, rest, form)
        case 2: records(PreKeyUpload.self, rest, form)
        case 3: records(ClaimedKeys.self, rest, form)
        case 4: records(SendRequest.self, rest, form)
        case 5: records(NewConversation.self, rest, form)
        case 6: records(TokenRequest.self, rest, form)
        case 7: records(BackupUpload.self, rest, form)
        case 8: records(LogPage.self, rest, form)
        default: records(Problem.self, rest, form)
        }
    }
}

extension WireContext {
    fileprivate static func client(_ form: WireForm) -> WireContext {
        WireContext(form: form, refusesUnknownFields: false)
    }
}
