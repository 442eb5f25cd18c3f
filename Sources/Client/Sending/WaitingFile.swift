public import Wire

/// A file that was taken and has not become a message yet.
public struct WaitingFile: Sendable, Equatable {
    /// Its line.
    public var line: LineID
    /// Whom it is for.
    public var handle: Handle
    /// What it is.
    public var note: FileNote
    /// As far as this process knows.
    public var progress: FileProgress
}
