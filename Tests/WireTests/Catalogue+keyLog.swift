@testable import Wire

extension Catalogue {
    static let treeHead = TreeHeadPayload(
        log: bytes(32, 1), treeSize: Limits.keyLogSizeMax, root: bytes(32, 2), time: endOfTime, signature: bytes(64, 3))
    static let cosignature = CosignaturePayload(
        key: bytes(32), treeSize: 0, root: bytes(32, 0), time: epoch, signature: bytes(64))
    static let transparency = TransparencyPayload(
        head: treeHead, kind: .adopted, index: 0, inclusion: [],
        consistency: bytes(Limits.merkleProofByteCounts.upperBound))

    static let keyLog = [
        Specimen(TreeHeadPayload.self, treeHead),
        Specimen(
            TransparencyPayload.self, transparency,
            TransparencyPayload(head: treeHead, kind: .changed, index: 5, inclusion: bytes(96))),
        Specimen(MerkleProofPayload.self, MerkleProofPayload(hashes: []), MerkleProofPayload(hashes: bytes(64))),
        Specimen(
            KeyLogHead.self, KeyLogHead(head: treeHead, cosignatures: []),
            KeyLogHead(head: treeHead, cosignatures: [cosignature, cosignature])),
        Specimen(CosignaturePayload.self, cosignature),
        Specimen(
            KeyLogPage.self, KeyLogPage(entries: [], treeSize: 0),
            KeyLogPage(entries: bytes(2 * Limits.keyLogEntryByteCount), treeSize: 2)),
        Specimen(Page<KeyLogItem>.self, Page<KeyLogItem>(items: [])),
        Specimen(KeyLogItem.self, KeyLogItem(index: 7, entry: bytes(Limits.keyLogEntryByteCount))),
    ]
}
