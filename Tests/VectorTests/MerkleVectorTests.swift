import Foundation
import Testing

@testable import Keys

@Suite(.enabled(if: Vectors.arePresent, "published vectors are not beside this package"))
struct MerkleVectorTests {
    /// A hash as it stands there: base64, of whatever length.
    private struct Base64: Decodable {
        let bytes: [UInt8]

        init(from decoder: any Decoder) throws {
            let text = try decoder.singleValueContainer().decode(String.self)
            guard let data = Data(base64Encoded: text) else {
                throw DecodingError.dataCorrupted(.init(codingPath: decoder.codingPath, debugDescription: "not base64"))
            }
            bytes = Array(data)
        }
    }

    private struct Inclusion: Decodable {
        let name: String
        let leafIdx: UInt64
        let treeSize: UInt64
        let root: Base64
        let leafHash: Base64
        let proof: [Base64]?
        let wantErr: Bool
    }

    private struct Consistency: Decodable {
        let name: String
        let size1: UInt64
        let size2: UInt64
        let root1: Base64
        let root2: Base64
        let proof: [Base64]?
        let wantErr: Bool
    }

    @Test("published inclusion proofs are accepted, and every corrupted one is refused")
    func inclusion() throws {
        let cases: [Inclusion] = try Vectors.json("merkle/inclusion.json")
        for one in cases {
            let verifies = MerkleProof.includes(
                leafHash: one.leafHash.bytes, at: one.leafIdx, size: one.treeSize, root: one.root.bytes,
                path: (one.proof ?? []).map(\.bytes))
            #expect(verifies == !one.wantErr, "\(one.name)")
        }
        let good = cases.count { !$0.wantErr }
        #expect(good > 0 && good < cases.count)
        print("merkle/inclusion.json: \(good) proofs accepted, \(cases.count - good) refused")
    }

    @Test("published consistency proofs are accepted, and every corrupted one is refused")
    func consistency() throws {
        let cases: [Consistency] = try Vectors.json("merkle/consistency.json")
        for one in cases {
            let verifies = MerkleProof.isConsistent(
                earlierSize: one.size1, earlierRoot: one.root1.bytes, laterSize: one.size2,
                laterRoot: one.root2.bytes, path: (one.proof ?? []).map(\.bytes))
            #expect(verifies == !one.wantErr, "\(one.name)")
        }
        let good = cases.count { !$0.wantErr }
        #expect(good > 0 && good < cases.count)
        print("merkle/consistency.json: \(good) proofs accepted, \(cases.count - good) refused")
    }
}
