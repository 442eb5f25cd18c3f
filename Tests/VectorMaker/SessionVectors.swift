import Crypto
import Keys
import Ratchet
import Wire

/// docs/protocol/session.md: a handshake with each kind of prekeys, and the first messages both ways.
enum SessionVectors {
    enum Single: String {
        case oneTime = "one-time"
        case lastResort = "last-resort"
        case none
    }

    static func make(_ single: Single) throws -> JSON {
        let initiator = try Maker(account: 0xA1, device: 2, registration: 100)
        let stock = try PreKeys(try Maker(account: 0xB2, device: 5, registration: 200), single)
        var talk = try Talk(initiator, stock)
        try talk.send(.initiator, [])
        try talk.send(.initiator, pattern(5, from: 5, step: 7))
        try talk.send(.initiator, pattern(300, from: 44, step: 7))
        try talk.deliver(.responder, [1, 0, 2])
        try talk.send(.responder, pattern(100, from: 255, step: 7))
        try talk.send(.responder, pattern(1_100, from: 17, step: 7))
        try talk.deliver(.initiator, [1, 0])
        try talk.send(.initiator, pattern(17, from: 0, step: 7))
        try talk.deliver(.responder, [0])
        return talk.json
    }

    /// Bytes that count up by `step`.
    static func pattern(_ count: Int, from first: UInt8, step: UInt8) -> [UInt8] {
        (0..<count).map { first &+ UInt8(truncatingIfNeeded: $0) &* step }
    }
}

/// docs/protocol/session.md, "Ratchet": a longer conversation, out of order and with losses.
enum RatchetVectors {
    static func make() throws -> JSON {
        let initiator = try Maker(account: 0xC3, device: 1, registration: 300)
        let stock = try PreKeys(try Maker(account: 0xD4, device: 1, registration: 400), .oneTime)
        var talk = try Talk(initiator, stock)
        for turn in 0..<6 {
            let side: Talk.Side = turn % 2 == 0 ? .initiator : .responder
            for number in 0..<5 {
                try talk.send(side, SessionVectors.pattern(turn * 50 + number, from: UInt8(turn), step: 3))
            }
            // The last comes first, the second comes after the next turn, and the fourth is lost.
            if turn == 0 { try talk.deliver(side.other, [0, 4, 2]) } else { try talk.deliver(side.other, [4, 0, 2]) }
            if turn > 0 { try talk.deliverLate(side, 1, ofTurn: turn - 1) }
        }
        return talk.json
    }
}

/// What a responder has left at the server.
struct PreKeys: ~Copyable {
    let owner: Maker
    let single: SessionVectors.Single
    let signed: SignedPreKeyPair
    let lastResort: SignedPreKeyPair
    let oneTime: OneTimePreKeyPair
    let kem: KEMPreKeyPair

    init(_ owner: consuming Maker, _ single: SessionVectors.Single) throws {
        self.single = single
        signed = SignedPreKeyPair(
            .standing, id: required(PreKeyID(1001)), createdAt: Maker.now, signedBy: owner.identity)
        lastResort = SignedPreKeyPair(
            .lastResort, id: required(PreKeyID(1002)), createdAt: Maker.now, signedBy: owner.identity)
        oneTime = OneTimePreKeyPair(id: required(PreKeyID(1003)))
        kem = KEMPreKeyPair(
            single == .oneTime ? .oneTime : .lastResort, id: required(PreKeyID(1004)), signedBy: owner.identity)
        self.owner = owner
    }

    func bundle() throws -> VerifiedPreKeyBundle {
        let payload = PreKeyBundlePayload(
            device: owner.party.address.device, registrationID: owner.registration,
            identity: owner.identity.publicKeys.payload, signedPreKey: signed.publicKey.payload,
            oneTimePreKey: single == .oneTime ? oneTime.publicKey.payload : nil,
            lastResortPreKey: single == .lastResort ? lastResort.publicKey.payload : nil,
            kemPreKey: kem.publicKey.payload)
        return try UnverifiedPreKeyBundle(account: owner.account, payload)
            .verified(for: owner.party.address, in: owner.list, now: Maker.now)
    }

    func forResponding() throws -> ResponderPreKeys {
        let own: ResponderPreKeys.Single = switch single {
        case .none: .none
        case .oneTime: .oneTime(try OneTimePreKeyPair(fromSealedStore: oneTime.exportForSealedStore()))
        case .lastResort: .lastResort(try SignedPreKeyPair(fromSealedStore: lastResort.exportForSealedStore()))
        }
        return ResponderPreKeys(
            signed: try SignedPreKeyPair(fromSealedStore: signed.exportForSealedStore()), single: own,
            kem: try KEMPreKeyPair(fromSealedStore: kem.exportForSealedStore()))
    }

    /// The fields that stand beside the owner's own.
    var fields: [(String, JSON)] {
        let singleFields: [(String, JSON)] = switch single {
        case .none: [("kind", .text("none"))]
        case .oneTime:
            [("kind", .text("one-time")), ("id", .number(1003)),
                ("private", .hex(Array(oneTime.exportForSealedStore().exportUnprotected()[4..<36])))]
        case .lastResort:
            [("kind", .text("last-resort")), ("id", .number(1002)),
                ("private", .hex(Array(lastResort.exportForSealedStore().exportUnprotected()[12..<44])))]
        }
        return [
            ("signedPreKey", .object([
                ("id", .number(1001)),
                ("private", .hex(Array(signed.exportForSealedStore().exportUnprotected()[12..<44]))),
            ])),
            ("singlePreKey", .object(singleFields)),
            ("kemPreKey", .object([
                ("kind", .text(single == .oneTime ? "one-time" : "last-resort")), ("id", .number(1004)),
                ("seed", .hex(Array(kem.exportForSealedStore().exportUnprotected()[5..<69]))),
            ])),
        ]
    }
}
