import Foundation
import Testing

/// A file of project Wycheproof: groups of cases, each with the result it must have.
struct Wycheproof: Decodable {
    /// What must happen. A word that is not here fails the file.
    enum Expectation: String, Decodable { case valid, invalid, acceptable }

    struct PublicKey: Decodable {
        let pk: Hex?
        let uncompressed: Hex?
    }

    struct Group: Decodable {
        let keySize: Int?
        let ivSize: Int?
        let tagSize: Int?
        let publicKey: PublicKey?
        let parameterSet: String?
        let tests: [Case]
    }

    struct Case: Decodable {
        let tcId: Int
        let result: Expectation
        let key: Hex?
        let iv: Hex?
        let aad: Hex?
        let msg: Hex?
        let ct: Hex?
        let tag: Hex?
        let sig: Hex?
        let `public`: Hex?
        let `private`: Hex?
        let shared: Hex?
        let ikm: Hex?
        let salt: Hex?
        let info: Hex?
        let size: Int?
        let okm: Hex?
        let seed: Hex?
        let ek: Hex?
        let dk: Hex?
        let c: Hex?
        let K: Hex?
        let m: Hex?
    }

    let testGroups: [Group]

    /// Runs every case of a file; `body` says whether the case went as a valid one should. Prints what was run.
    ///
    /// An acceptable case may be accepted or refused, but what it gives must be right: `body` sees to that.
    static func run(_ file: String, _ body: (Group, Case) throws -> Bool) throws {
        let groups = try Vectors.json("wycheproof/\(file)", as: Wycheproof.self).testGroups
        var tally = Tally("wycheproof/\(file)")
        for group in groups {
            for test in group.tests {
                let isAccepted = try body(group, test)
                switch test.result {
                case .valid: #expect(isAccepted, "\(file) case \(test.tcId) is valid")
                case .invalid: #expect(!isAccepted, "\(file) case \(test.tcId) is invalid")
                case .acceptable: break
                }
                tally.count(test.result)
            }
        }
        tally.printed()
    }
}
