import Keys
import Ratchet
import Testing
import Wire

@testable import Client

@Suite("The client's bounds")
struct ClientLimitsTests {
    @Test("they fit the protocol's and each other")
    func relations() {
        #expect(ClientLimits.oneTimePreKeysTarget <= Limits.oneTimePreKeysPerUploadMax)
        #expect(ClientLimits.oneTimePreKeysTarget > Limits.oneTimePreKeysLow)
        #expect(Limits.oneTimePreKeysLow + ClientLimits.oneTimePreKeysTarget <= Limits.oneTimePreKeysStoredMax)
        #expect(ClientLimits.oneTimePreKeysKeptMax > Limits.oneTimePreKeysStoredMax)
        // A message sealed with a key on its last day may wait in the queue for all its days.
        #expect(ClientLimits.oldPreKeySeconds >= ClientLimits.signedPreKeySeconds + Limits.queueDays * 86_400)
        #expect(ClientLimits.signedPreKeySeconds < BrokerRules.warnAgeSeconds)
        #expect(ClientLimits.tokenMarginSeconds < Limits.accessTokenSeconds)
    }

    @Test("the longest text fits a sealed message")
    func longestText() {
        let text = String(repeating: "👋", count: Limits.textLengthMax)
        let content = MessageContent(
            message: .random(), sentAt: Timestamp(milliseconds: Timestamp.millisecondsMax), text: text,
            to: .random()
        ).encoded(as: .cbor)
        #expect(content.count <= Session.plaintextByteCountMax)
    }
}
