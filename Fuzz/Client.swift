import Crypto
import Wire

@testable import Client

extension FuzzTarget {
    private static let recoveryKey = RecoveryKey()

    static let client = [
        FuzzTarget(name: "content", byteCountMax: 1024) { (bytes) in
            guard let content = try? MessageContent.decode(bytes) else { return }
            let again = try? MessageContent.decode(content.encoded(as: .cbor))
            require(again == content, "a content that does not read back")
        },
        FuzzTarget(name: "franked-content", byteCountMax: 1024) { (bytes) in
            guard let content = try? FrankedContent.decode(bytes) else { return }
            let again = try? FrankedContent.decode(content.encoded(as: .cbor))
            require(again == content, "a content that does not read back")
            let sender = DeviceAddress(account: AccountID(bytes: SixteenBytes(high: 1, low: 2)), device: DeviceID(1))
            require(content.opened([UInt8](repeating: 0, count: 32), by: sender) == nil, "a commitment by chance")
        },
        FuzzTarget(name: "link-code", byteCountMax: 4096) { (bytes) in
            let text = String(decoding: bytes, as: UTF8.self)
            if let code = LinkCode(text: text) { require(LinkCode(text: code.text) != nil, "a code that does not") }
            if let reply = LinkReply(text: text) { require(reply.description == text, "a reply of two forms") }
        },
        FuzzTarget(name: "recovery-key", byteCountMax: 100) { (bytes) in
            guard let key = try? RecoveryKey(text: String(decoding: bytes, as: UTF8.self)) else { return }
            require((try? RecoveryKey(text: key.text))?.backupID == key.backupID, "a key that does not read back")
        },
        FuzzTarget(name: "backup", byteCountMax: 1024) { (bytes) in
            require((try? SealedBackup.open(bytes, with: recoveryKey)) == nil, "a backup that nobody sealed")
            _ = try? BackupContent.decode(bytes)
        },
        FuzzTarget(name: "server-address", byteCountMax: 300) { (bytes) in
            guard let address = ServerAddress(String(decoding: bytes, as: UTF8.self)) else { return }
            require(ServerAddress(address.description) != nil, "an address that does not read back")
        },
        FuzzTarget(name: "store-head", byteCountMax: 200) { _ = StoreHead($0) },
    ]
}
