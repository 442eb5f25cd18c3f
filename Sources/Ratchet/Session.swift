public import Keys

/// Everything that one device holds to talk with one other: a current session and a few older ones.
///
/// One owner: whoever holds it. It is loaded from the sealed store, used once, and its ``record()`` is written back in
/// the same transaction as what the use led to; when that transaction fails the value is thrown away and loaded again.
/// What throws leaves it exactly as it was.
///
/// Two sides may begin at the same time, and one may begin anew. Which session sends is then decided alike on both:
/// 1. A session that the peer's handshake opens becomes the current one. If this side had begun the present one and
///    heard nothing on it, the two crossed: the one with the smaller ``HandshakeID`` becomes current, the other a
///    *candidate*. Otherwise the present one is *retired*.
/// 2. A message that opens on a candidate makes it the current session, and the present one a candidate.
/// 3. A message that opens on a retired session changes nothing but that session.
///
/// At most ``archivedCountMax`` are kept beside the current one; the longest unused goes first.
public struct Session: ~Copyable, Sendable {
    /// The most bytes of one message before padding.
    public static let plaintextByteCountMax = 458_751
    /// Sessions kept beside the current one.
    public static let archivedCountMax = 4

    /// Counts the changes of this value; a record with a smaller one than was seen is refused.
    public private(set) var generation: UInt64
    private(set) var current: SessionState
    /// Newest first.
    private(set) var archived: [ArchivedSession]

    init(generation: UInt64, current: consuming SessionState, archived: [ArchivedSession]) {
        self.generation = generation
        self.current = current
        self.archived = archived
    }

    // MARK: Beginning

    /// A first session with the device of `bundle`. It can send at once.
    ///
    /// `own` is this device as its account's own list has it, and `identity` its private keys; it traps when they do
    /// not belong together.
    /// - Throws: ``HandshakeError``.
    public static func initiate(
        as own: Party, identity: borrowing DeviceIdentity, with bundle: VerifiedPreKeyBundle
    ) throws(HandshakeError) -> Session {
        precondition(identity.publicKeys == own.deviceIdentity, "the private keys are this device's")
        return Session(
            generation: 1, current: try SessionState(as: own, identity: identity, with: bundle), archived: [])
    }

    /// Begins anew with a fresh bundle, as after the peer said that it cannot open what it gets. The present session
    /// still opens what is under way.
    /// - Throws: ``HandshakeError``.
    public mutating func restart(
        as own: Party, identity: borrowing DeviceIdentity, with bundle: VerifiedPreKeyBundle
    ) throws(HandshakeError) {
        precondition(identity.publicKeys == own.deviceIdentity, "the private keys are this device's")
        let next = try SessionState(as: own, identity: identity, with: bundle)
        replaceCurrent(with: next, archivingAs: .retired)
        generation += 1
    }

    /// A first session, out of an initial message of `peer`.
    ///
    /// `isReplay` says whether that handshake was answered before. It decides only for handshakes without a one-time
    /// key (``Handshake/usesNoOneTimeKey``): the others cannot be answered twice once the key is deleted. Remember the
    /// id with the session's write for as long as the signed prekey is kept.
    /// - Throws: ``OpenError`` when the message has no handshake, was replayed, or is not authentic.
    public static func respond(
        to message: SessionMessage, as own: Party, identity: borrowing DeviceIdentity, from peer: Party,
        preKeys: borrowing ResponderPreKeys, isReplay: (HandshakeID) -> Bool
    ) throws(OpenError) -> Response {
        var state = try answered(
            message, as: own, identity: identity, from: peer, preKeys: preKeys, isReplay: isReplay)
        let plaintext = try state.open(message)
        return Response(
            session: Session(generation: 1, current: state, archived: []), plaintext: plaintext)
    }

    /// A further session with the same peer, out of an initial message whose handshake is new (see ``knows(_:)``).
    /// - Throws: ``OpenError``, as ``respond(to:as:identity:from:preKeys:isReplay:)-static``.
    public mutating func respond(
        to message: SessionMessage, as own: Party, identity: borrowing DeviceIdentity, from peer: Party,
        preKeys: borrowing ResponderPreKeys, isReplay: (HandshakeID) -> Bool
    ) throws(OpenError) -> [UInt8] {
        guard let handshake = message.handshake, !knows(handshake.id) else { throw .refused }
        var state = try Self.answered(
            message, as: own, identity: identity, from: peer, preKeys: preKeys, isReplay: isReplay)
        let plaintext = try state.open(message)
        if !current.isUnanswered {
            replaceCurrent(with: state, archivingAs: .retired)
        } else if handshake.id < current.handshakeID {
            replaceCurrent(with: state, archivingAs: .candidate)
        } else {
            archive(state, as: .candidate)
        }
        generation += 1
        return plaintext
    }

    /// Whether a session came of that handshake: then ``decrypt(_:)`` takes its messages.
    public func knows(_ handshake: HandshakeID) -> Bool {
        current.handshakeID == handshake || archived.contains { $0.state.handshakeID == handshake }
    }

    // MARK: Using

    /// The bytes to send: `plaintext` padded (``Padding``) and sealed; a handshake stands before them until the peer
    /// has replied.
    /// - Throws: ``SealError``.
    public mutating func encrypt(_ plaintext: [UInt8]) throws(SealError) -> [UInt8] {
        guard plaintext.count <= Self.plaintextByteCountMax else {
            throw .plaintextTooLong(byteCount: plaintext.count)
        }
        let bytes = try current.seal(plaintext)
        generation += 1
        return bytes
    }

    /// The plaintext of `message`, on whichever session it belongs to.
    ///
    /// An initial message whose handshake is new (see ``knows(_:)``) is for `respond`.
    /// - Throws: ``OpenError`` for what is not authentic, came already, or is too far ahead; nothing has changed then.
    public mutating func decrypt(_ message: SessionMessage) throws(OpenError) -> [UInt8] {
        if message.handshake == nil || message.handshake?.id == current.handshakeID {
            if let plaintext = try? current.open(message) {
                generation += 1
                return plaintext
            }
        }
        for index in archived.indices {
            let candidate = archived[index]
            guard message.handshake == nil || message.handshake?.id == candidate.state.handshakeID else { continue }
            var state = candidate.state.duplicate()
            guard let plaintext = try? state.open(message) else { continue }
            archived.remove(at: index)
            switch candidate.standing {
            case .candidate: replaceCurrent(with: state, archivingAs: .candidate)
            case .retired: archived.insert(ArchivedSession(state, as: .retired), at: index)
            }
            generation += 1
            return plaintext
        }
        throw .refused
    }

    // MARK: Private details

    private static func answered(
        _ message: SessionMessage, as own: Party, identity: borrowing DeviceIdentity, from peer: Party,
        preKeys: borrowing ResponderPreKeys, isReplay: (HandshakeID) -> Bool
    ) throws(OpenError) -> SessionState {
        precondition(identity.publicKeys == own.deviceIdentity, "the private keys are this device's")
        guard let handshake = message.handshake else { throw .refused }
        if handshake.usesNoOneTimeKey, isReplay(handshake.id) { throw .refused }
        return try SessionState(
            answering: handshake, as: own, identity: identity, from: peer, preKeys: preKeys)
    }

    private mutating func replaceCurrent(
        with next: consuming SessionState, archivingAs standing: ArchivedSession.Standing
    ) {
        swap(&current, &next)
        archive(next, as: standing)
    }

    private mutating func archive(_ state: consuming SessionState, as standing: ArchivedSession.Standing) {
        archived.insert(ArchivedSession(state, as: standing), at: 0)
        archived.removeLast(max(0, archived.count - Self.archivedCountMax))
    }
}

/// What a responder has after the first message: the session to keep and what the message said.
public struct Response: ~Copyable, Sendable {
    private let session: Session
    /// The message.
    public let plaintext: [UInt8]

    init(session: consuming Session, plaintext: [UInt8]) {
        self.session = session
        self.plaintext = plaintext
    }

    /// The session, for its owner.
    public consuming func takeSession() -> Session { session }
}

/// A session that is not the current one.
final class ArchivedSession: Sendable {
    /// Whether it may become current again.
    enum Standing: UInt8, Sendable {
        case candidate = 1
        case retired = 2
    }

    let state: SessionState
    let standing: Standing

    init(_ state: consuming SessionState, as standing: Standing) {
        self.state = state
        self.standing = standing
    }
}

extension HandshakeID {
    /// By their bytes, for the one rule that needs an order.
    static func < (left: Self, right: Self) -> Bool { left.bytes.lexicographicallyPrecedes(right.bytes) }
}
