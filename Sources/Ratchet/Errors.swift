/// A message was refused. There is one case on purpose: why is told to nobody, and the state is as it was before.
public enum OpenError: Error, Equatable, Sendable {
    case refused
}

/// Why a message cannot be sealed.
public enum SealError: Error, Equatable, Sendable {
    /// It has more than ``Session/plaintextByteCountMax`` bytes.
    case plaintextTooLong(byteCount: Int)
    /// Four billion messages in a row without an answer: start a new session.
    case chainExhausted
}

/// Why no handshake can be made of a bundle.
public enum HandshakeError: Error, Equatable, Sendable {
    /// One of its keys is of small order.
    case unusableKey
}

/// Why a stored session cannot be used.
public enum RecordError: Error, Equatable, Sendable {
    /// It is not what ``Session/record()`` gives.
    case malformed
    /// Another version of this software wrote it.
    case unknownVersion(UInt8)
    /// It is older than what was seen already: using it would use keys twice.
    case rolledBack(generation: UInt64, atLeast: UInt64)
}
