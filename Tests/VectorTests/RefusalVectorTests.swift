import Foundation
import Testing

@testable import Crypto
@testable import Keys

/// fixtures/vectors/refusals.json: keys and signatures that some libraries take, and that nobody here does.
@Suite struct RefusalVectorTests {
    private struct File: Decodable {
        struct List: Decodable {
            let what: String
            let bytes: Hex
            let answer: String
        }

        struct Agreement: Decodable {
            let what: String
            let `private`: Hex
            let `public`: Hex
            let answer: String
        }

        let lists: [List]
        let agreements: [Agreement]
    }

    private static let file: File? = try? JSONDecoder().decode(
        File.self, from: Data(contentsOf: Vectors.own.appendingPathComponent("refusals.json")))

    @Test("a list under a key of small order, or with another S or a small R, is refused; the good one is not")
    func lists() throws {
        let lists = try #require(Self.file).lists
        #expect(lists.count(where: { $0.what.hasPrefix("key of small order") }) == 14)
        #expect(lists.count(where: { $0.answer == "accept" }) == 1 && lists.count == 22)
        for list in lists {
            let unverified = try UnverifiedDeviceList(list.bytes.bytes)
            var answer = "accept"
            do {
                _ = try unverified.verifiedOnFirstUse(account: unverified.claimedAccount)
            } catch {
                #expect(error == .badSignature, "\(list.what)")
                answer = "refuse"
            }
            #expect(answer == list.answer, "\(list.what)")
        }
    }

    @Test("an agreement with a point of small order, or sealing to one, is refused; with a good key it is not")
    func agreements() throws {
        let agreements = try #require(Self.file).agreements
        #expect(agreements.count == 15 && agreements.count(where: { $0.answer == "accept" }) == 1)
        for agreement in agreements {
            let key = try X25519.PrivateKey(SecretBytes(copying: agreement.private.bytes))
            let peer = try X25519.PublicKey(agreement.public.bytes)
            var answers: [String] = []
            do {
                _ = try key.agree(with: peer).byteCount
                answers.append("accept")
            } catch {
                answers.append("refuse")
            }
            do {
                _ = try HPKE.Sender(to: HPKE.PublicKey(peer), info: []).encapsulatedKey
                answers.append("accept")
            } catch {
                answers.append("refuse")
            }
            #expect(answers == [agreement.answer, agreement.answer], "\(agreement.what)")
        }
    }
}
