/// Describes the WebSocket as an AsyncAPI 3.0 document, printed from the frames themselves.
public enum AsyncAPI {
    /// The document for the socket at `address`, such as `/v1/ws`; `version` is the server's own.
    ///
    /// The application it speaks of is the server: it receives what a ``ClientFrame`` is and sends what a
    /// ``ServerFrame`` is.
    public static func document(version: String, address: String = "/v1/ws") -> WireValue {
        let schemas = [ClientFrame.schema, ServerFrame.schema]
        let client = messageNames(of: ClientFrame.self)
        let server = messageNames(of: ServerFrame.self)
        return .object([
            "asyncapi": .text("3.0.0"),
            "info": .object([
                "title": .text("Sotto"), "version": .text(version), "description": .text(description),
            ]),
            "defaultContentType": .text(WireForm.json.mediaType),
            "channels": .object(["socket": channel(address: address, messages: client + server)]),
            "operations": .object([
                "fromClient": operation("receive", messages: client),
                "toClient": operation("send", messages: server),
            ]),
            "components": .object([
                "messages": .map(messages(of: ClientFrame.self) + messages(of: ServerFrame.self)),
                "schemas": JSONSchema.components(for: schemas, dialect: .asyncAPI),
            ]),
        ])
    }

    private static let description = """
        One WebSocket message is one frame. The subprotocol chooses the form: \(WireForm.json.subprotocol) sends text \
        messages, \(WireForm.cbor.subprotocol) binary ones; docs/protocol/sotto.cddl describes the latter.
        """

    private static let subprotocols = """
        \(WireForm.cbor.subprotocol) or \(WireForm.json.subprotocol). A browser, which cannot set Authorization, adds \
        its access token as a second one: bearer.<token>.
        """

    private static func messageNames<Frame: WireUnion>(of frame: Frame.Type) -> [String] {
        Frame.cases.map { Schema.caseName(of: Frame.unionName, tag: $0.tag) }
    }

    private static func messages<Frame: WireUnion>(of frame: Frame.Type) -> [WireValue.Entry] {
        Frame.cases.map { (one) in
            let name = Schema.caseName(of: Frame.unionName, tag: one.tag)
            return .init(
                key: name,
                value: .object(["name": .text(one.tag), "payload": JSONSchema.reference(toComponent: name)]))
        }
    }

    private static func channel(address: String, messages: [String]) -> WireValue {
        let closeCodes = CloseCode.allCases.map { (code) in
            WireValue.Entry(key: String(code.rawValue), value: .text(code.meaning))
        }
        return .object([
            "address": .text(address),
            "messages": .map(
                messages.map {
                    .init(key: $0, value: .object(["$ref": .text("#/components/messages/\($0)")]))
                }),
            "bindings": .object([
                "ws": .object([
                    "method": .text("GET"),
                    "headers": .object([
                        "type": .text("object"),
                        "properties": .object([
                            "Sec-WebSocket-Protocol": .object([
                                "type": .text("string"), "description": .text(subprotocols),
                            ])
                        ]),
                    ]),
                    "bindingVersion": .text("0.1.0"),
                ])
            ]),
            "x-close-codes": .map(closeCodes),
        ])
    }

    private static func operation(_ action: String, messages: [String]) -> WireValue {
        .object([
            "action": .text(action),
            "channel": .object(["$ref": .text("#/channels/socket")]),
            "messages": .list(messages.map { .object(["$ref": .text("#/channels/socket/messages/\($0)")]) }),
        ])
    }
}
