import Crypto
import Keys
import Store
import TestKit
import Testing
import Wire

@testable import Chat

@Suite("Reports") final class ReportingTests {
    private let house = ChatHouse()
    private let server = ServerSigningKey()
    private let secret = SecretBytes.random(byteCount: FrankingSecrets.byteCount)
    private let key = FrankingKey()
    private let content = Array("something bad".utf8)
    private let reporter = AccountID.random()
    private let sender = DeviceAddress(account: .random(), device: DeviceID(3))
    private let time = Timestamp(milliseconds: 1_795_167_000_000)

    private func franking() throws -> FrankingSecrets { try FrankingSecrets(secret) }

    private func claim(_ sender: DeviceAddress) throws -> SenderClaim {
        SenderClaim(
            address: sender, registration: try #require(RegistrationID(9)),
            accountIdentity: AccountIdentity().publicKeys, deviceIdentity: DeviceIdentity().publicKeys,
            expiresAt: time.adding(seconds: 3600))
    }

    /// A report of a message that was truly sent; signed in, or with its sender hidden behind `claim`.
    private func report(hidden claim: SenderClaim? = nil) throws -> ReportRequest {
        let commitment = key.commitment(to: content, by: claim?.address ?? sender)
        let stamp = FrankingStamp(
            commitment: commitment, sender: claim == nil ? sender : nil, recipient: reporter, time: time,
            id: MessageID(77))
        let franking = try franking()
        let certificate = claim.map { VerifiedSenderCertificate(issuing: $0, signedBy: server) }
        return ReportRequest(
            id: MessageID(77), time: time, sender: claim == nil ? DeviceAddressPayload(sender) : nil,
            commitment: commitment, frankingTag: franking.tag(stamp), frankingKey: key.bytes, content: content,
            certificate: certificate?.bytes,
            attribution: claim.map { franking.attributionKey(of: $0).attribution(of: commitment) })
    }

    private func verified(_ request: ReportRequest, by account: AccountID? = nil) throws -> VerifiedReport {
        try VerifiedReport(request, by: account ?? reporter, franking: try franking(), server: server.publicKey)
    }

    private func refuses(_ request: ReportRequest, by account: AccountID? = nil) -> Bool {
        do {
            _ = try verified(request, by: account)
            return false
        } catch {
            return (error as? Problem)?.code == .reportRefused
        }
    }

    @Test("what was sent verifies, with its sender, whether that was hidden or not")
    func genuine() throws {
        let shown = try verified(try report())
        #expect(shown.sender == sender && shown.standing == .attributed)
        let hidden = try verified(try report(hidden: try claim(sender)))
        #expect(hidden.sender == sender && hidden.standing == .attributed)
    }

    @Test("only exactly the reported bytes verify: any changed bit, cut or added byte is refused", arguments: [
        false, true,
    ])
    func property(isHidden: Bool) throws {
        let genuine = try report(hidden: isHidden ? try claim(sender) : nil)
        let parts: [WritableKeyPath<ReportRequest, [UInt8]>] = [
            \.content, \.commitment, \.frankingTag, \.frankingKey,
        ]
        for part in parts {
            for bit in 0..<genuine[keyPath: part].count * 8 {
                var forged = genuine
                forged[keyPath: part][bit / 8] ^= 1 << UInt8(bit % 8)
                #expect(refuses(forged))
            }
        }
        for count in content.indices {
            var forged = genuine
            forged.content = Array(content[..<count])
            #expect(refuses(forged))
        }
        var longer = genuine
        longer.content.append(0)
        #expect(refuses(longer))
    }

    @Test("another sender, time, id or recipient is refused, and so is another message's tag")
    func forged() throws {
        let genuine = try report()
        var others = [ReportRequest](repeating: genuine, count: 6)
        others[0].sender = DeviceAddressPayload(DeviceAddress(account: sender.account, device: DeviceID(4)))
        others[1].sender = DeviceAddressPayload(DeviceAddress(account: .random(), device: sender.device))
        others[2].sender = nil
        others[3].time = Timestamp(milliseconds: time.milliseconds + 1)
        others[4].id = MessageID(78)
        let another = FrankingKey().commitment(to: content, by: sender)
        others[5].frankingTag = try franking().tag(
            FrankingStamp(commitment: another, sender: sender, recipient: reporter, time: time, id: MessageID(77)))
        for other in others { #expect(refuses(other)) }
        #expect(refuses(genuine, by: .random()))
        #expect(refuses(genuine, by: sender.account))
    }

    @Test("a hidden sender cannot be swapped for another, and rubbish in its place leaves the report unattributed")
    func attribution() throws {
        let claim = try claim(sender)
        let genuine = try report(hidden: claim)
        // Somebody else's certificate, which the reporter has got too.
        var swapped = genuine
        let other = try self.claim(DeviceAddress(account: .random(), device: DeviceID(1)))
        swapped.certificate = VerifiedSenderCertificate(issuing: other, signedBy: server).bytes
        #expect(refuses(swapped))
        // One that the server never gave out.
        var foreign = genuine
        foreign.certificate = VerifiedSenderCertificate(issuing: claim, signedBy: ServerSigningKey()).bytes
        #expect(refuses(foreign))
        var without = genuine
        without.certificate = nil
        #expect(refuses(without))
        for attribution in [nil, [UInt8](repeating: 0, count: 32), RandomBytes.make(byteCount: 32)] {
            var bogus = genuine
            bogus.attribution = attribution
            #expect(try verified(bogus).standing == .unattributed)
        }
    }

    @Test("of one account no more wait than its share; its known ones are answered, and others report on")
    func share() async throws {
        let (own, other) = (reporter, AccountID.random())
        let (hidden, shown) = (try verified(try report(hidden: try claim(sender))), try verified(try report()))
        let (sender, time) = (sender, time)
        try await house.chat.commit { (turn) throws(Problem) in
            for number in 0..<Limits.reportsPerAccountMax {
                let name = withUnsafeBytes(of: UInt64(number).littleEndian) { [UInt8]($0) }
                try turn.tables.putReport(
                    ReportRow(
                        report: name, reporter: number == 0 ? other : own, sender: sender, isAttributed: true,
                        message: MessageID(1), time: time, reportedAt: time, content: [1]))
            }
        }
        _ = try await house.chat.commit { (turn) throws(Problem) in try turn.keep(hidden) }
        #expect(
            await problem {
                try await house.chat.commit { (turn) throws(Problem) in try turn.keep(shown) }
            } == .quotaExceeded)
        _ = try await house.chat.commit { (turn) throws(Problem) in try turn.keep(hidden) }
    }

    @Test("the same report again is the same one, and an attribution that was missing at first is added")
    func kept() async throws {
        let genuine = try report(hidden: try claim(sender))
        var bogus = genuine
        bogus.attribution = nil
        let (first, second) = (try verified(bogus), try verified(genuine))
        var receipts: [ReportReceipt] = []
        for verified in [first, first, second, second, first] {
            receipts.append(try await house.chat.commit { (turn) throws(Problem) in try turn.keep(verified) })
        }
        #expect(receipts.map(\.standing) == [.unattributed, .unattributed, .attributed, .attributed, .attributed])
        #expect(Set(receipts.map(\.report)).count == 1)
        let page = try await house.chat.look { (look) throws(Problem) in try look.reports(after: 0, limit: 10) }
        #expect(page.items.count == 1)
        #expect(page.items.first?.content == content && page.items.first?.sender.address == sender)
        #expect(page.items.first?.number == ReportNumber(1))
    }
}
