/// What is decoded at most. A file above any of these is refused before a worker sees it.
package struct MediaLimits: Equatable, Sendable {
    /// Of the file.
    package var byteCountMax = 64 << 20
    /// The same of a video or a sound, of which only a part is read.
    package var recordingByteCountMax = 2 << 30
    /// Width times height.
    package var pixelCountMax = 100_000_000
    /// The same where the decoder must hold the whole image: interlaced, progressive, or a format without rows.
    package var wholePixelCountMax = 40_000_000
    /// Of either side; WebP ends at 16,383, JPEG at 65,535.
    package var sideMax = 65_535
    /// What the decoder must hold at once, as far as the format tells.
    package var memoryByteCountMax = 224 << 20
    /// What the decoder must produce, whatever the thumbnail keeps of it: pixels times bytes a pixel. Not for JPEG,
    /// whose decoder shrinks before it has pixels.
    package var decodedByteCountMax = 200_000_000
    /// Frames of an animation. Only the first ones are decoded, but all are walked.
    package var frameCountMax = 4096
    /// Scans of a progressive JPEG.
    package var scanCountMax = 64
    /// Scans times pixels: each scan visits every coefficient.
    package var scannedPixelCountMax = 500_000_000
    /// Segments, chunks or boxes.
    package var chunkCountMax = 65_536
    /// Of one piece of metadata: a profile, EXIF, text.
    package var metadataByteCountMax = 4 << 20
    /// Tiles of a HEIF grid.
    package var tileCountMax = 256
    /// Entries of the lists that say which HEIF item has which properties, and their links, together.
    package var linkCountMax = 65_536

    /// The bounds that the server keeps.
    package init() {}
}
