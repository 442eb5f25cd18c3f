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
        #expect(ClientLimits.listPagesMax * Limits.pageItemsMax >= ClientLimits.listedItemsMax)
        #expect(ClientLimits.listedItemsMax > Limits.membersMax)
        #expect(ClientLimits.tokenMarginSeconds < Limits.accessTokenSeconds)
    }

    @Test("what comments for apps call by its number has that number")
    func spoken() {
        #expect(ClientLimits.eventsKeptMax == 1_024)
        #expect(ClientLimits.lastLineLengthMax == 256)
        #expect(ClientLimits.handlesAskedMax == 50)
        #expect(ClientLimits.timelineLinesMax == 1_000)
        #expect(ClientLimits.caughtUpEntriesMax == 5_000)
    }

    @Test("the longest text fits a sealed message")
    func longestText() {
        let text = String(repeating: "👋", count: Limits.textLengthMax)
        let wide = String(repeating: "👋", count: 255)
        let file = AttachmentPointer(
            media: String(repeating: "m", count: 128), key: [UInt8](repeating: 1, count: 32),
            digest: [UInt8](repeating: 1, count: 32), byteCount: 2 << 30, type: String(wide.prefix(127)), name: wide,
            preview: AttachmentPreview(
                thumbHash: [UInt8](repeating: 1, count: 64), width: 65_535, height: 65_535,
                thumbnail: [UInt8](repeating: 1, count: AttachmentPreview.thumbnailByteCountMax),
                thumbnailType: String(wide.prefix(127))))
        let content = MessageContent(
            message: .random(), sentAt: Timestamp(milliseconds: Timestamp.millisecondsMax), text: text, file: file,
            expiresIn: 2_419_200, deleteCapability: String(repeating: "c", count: 43), to: .random(),
            deliveryToken: [UInt8](repeating: 1, count: 32)
        ).encoded(as: .cbor)
        let franked = FrankedContent(content, under: FrankingKey()).encoded(as: .cbor)
        #expect(franked.count <= Session.plaintextByteCountMax)
    }

    @Test("media of disappearing messages live as long as the server lets them, and no shorter than the message")
    func lifetimes() {
        var configuration = SottoConfiguration(folder: "")
        #expect(configuration.mediaSeconds(expiresIn: nil) == nil)
        #expect(configuration.mediaSeconds(expiresIn: 5) == 5 + 7 * 86_400)
        #expect(configuration.mediaSeconds(expiresIn: 2_419_200) == 35 * 86_400)
        configuration.fileGrace = .zero
        #expect(configuration.mediaSeconds(expiresIn: 5) == 60)
        configuration.fileGrace = .seconds(Int64.max)
        #expect(configuration.mediaSeconds(expiresIn: 5) == Limits.expiringMediaSeconds.upperBound)
        #expect(ClientLimits.expirySeconds.upperBound < Limits.expiringMediaSeconds.upperBound)
    }
}
