public import Wire

/// A file that was taken and has not become a message yet.
public struct WaitingFile: Sendable, Equatable {
    public var line: LineID
    public var handle: Handle
    public var note: FileNote
    /// As far as this process knows.
    public var progress: FileProgress
}
