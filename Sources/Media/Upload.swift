/// A stored upload, as its uploader declared it. The only way to an ``OpenMedia`` is through here.
package enum Upload: Sendable {
    /// Encrypted by its sender: bytes that nobody here may look into.
    case sealed(SealedMedia)
    /// Meant for everybody in an open conversation.
    case open(OpenMedia)

    /// How the uploader declared it when the upload was created. It never changes afterwards.
    package enum Declaration: Sendable {
        case sealed, open
    }

    /// Sorts by the declaration alone; the bytes are not looked at.
    package init(_ file: ReadOnlyFile, declared declaration: Declaration) {
        switch declaration {
        case .sealed: self = .sealed(SealedMedia(file: file))
        case .open: self = .open(OpenMedia(file: file))
        }
    }
}

/// A sealed upload: it has a size and can be sent on. There is no probe, plan or worker that takes one.
package struct SealedMedia: Sendable {
    private let file: ReadOnlyFile

    fileprivate init(file: ReadOnlyFile) { self.file = file }

    /// Of what is stored.
    package var byteCount: Int { file.byteCount }
}

/// An open upload, and the only thing that ``Probe`` and ``WorkerPool`` look into.
///
/// Made by ``Upload/init(_:declared:)`` alone, so that a sealed upload cannot become one by mistake.
package struct OpenMedia: Sendable {
    let file: ReadOnlyFile

    fileprivate init(file: ReadOnlyFile) { self.file = file }

    /// Of what is stored.
    package var byteCount: Int { file.byteCount }

    /// Something that was made of it, as open as itself.
    func part(_ file: ReadOnlyFile) -> OpenMedia { OpenMedia(file: file) }
}
