/// Why a medium gets no thumbnail. Its text holds nothing from the file.
package enum MediaRefusal: Error, Equatable, Sendable {
    /// The file cannot be opened or read, or is no regular file.
    case unreadable
    /// The first bytes belong to no format of the allowlist.
    case unknownFormat
    /// A format of the allowlist in a shape that is not decoded here.
    case unsupported(Shape)
    /// The file ends before what it promises.
    case truncated
    /// The structure breaks the format's own rules.
    case malformed(Part)
    /// A side of zero pixels.
    case empty
    /// Above ``MediaLimits``.
    case tooLarge(Bound)
    /// The queue of the worker pool is full; later it may not be.
    case busy
    /// The pool has been shut down, or no worker can be started.
    case unavailable
    /// The decoder says that the data is broken.
    case undecodable
    /// The decoder sees another size than the file's head says.
    case contradictory
    /// The worker died of it, twice.
    case crashed
    /// The worker was killed at the deadline.
    case timedOut
    /// What the worker made is not what was asked for.
    case badOutput

    /// A shape that is recognised and not decoded.
    package enum Shape: String, Sendable {
        case arithmeticJPEG = "arithmetic-jpeg"
        case losslessJPEG = "lossless-jpeg"
        case deepJPEG = "deep-jpeg"
        case heifSequence = "heif-sequence"
        /// The worker was built without a decoder for it.
        case noDecoder = "no-decoder"
        /// A video or a sound, where pictures are asked for, or where there is no program that decodes it.
        case recording
        /// Nothing to see.
        case sound
    }

    /// Where a structure is broken.
    package enum Part: String, Sendable {
        case header, segment, chunk, frame, box, palette, element
    }

    /// Which bound of ``MediaLimits`` is passed.
    package enum Bound: String, Sendable {
        case bytes, side, pixels, interlacedPixels = "interlaced-pixels"
        case memory, decoded, frames, scans, chunks, metadata, tiles, links
    }

    /// A word for programs; it keeps its meaning.
    package var code: String {
        switch self {
        case .unreadable: "unreadable"
        case .unknownFormat: "unknown-format"
        case .unsupported: "unsupported"
        case .truncated: "truncated"
        case .malformed: "malformed"
        case .empty: "empty"
        case .tooLarge: "too-large"
        case .busy: "busy"
        case .unavailable: "unavailable"
        case .undecodable: "undecodable"
        case .contradictory: "contradictory"
        case .crashed: "crashed"
        case .timedOut: "timed-out"
        case .badOutput: "bad-output"
        }
    }

    /// Whether the same file may go through another time: the fault is the machine's and not the file's.
    package var isPassing: Bool { self == .busy || self == .unavailable }
}

extension MediaRefusal: CustomStringConvertible {
    package var description: String {
        switch self {
        case .unreadable: "the file cannot be read"
        case .unknownFormat: "on no list of what is decoded"
        case .unsupported(let shape): "not decoded here: \(shape.rawValue)"
        case .truncated: "the file ends too early"
        case .malformed(let part): "a broken \(part.rawValue)"
        case .empty: "a picture without pixels"
        case .tooLarge(let bound): "above the bound on \(bound.rawValue)"
        case .busy: "too much waits already"
        case .unavailable: "no worker can be started"
        case .undecodable: "the decoder found the data broken"
        case .contradictory: "the decoder found another size than the head of the file says"
        case .crashed: "the worker died of it twice"
        case .timedOut: "it took too long"
        case .badOutput: "the worker's answer is not what was asked for"
        }
    }
}
