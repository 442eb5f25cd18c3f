import CVips

/// An image of the library, released with its last reference.
final class Image {
    private let handle: OpaquePointer

    /// Why there is no image or no bytes.
    enum Failure: Error {
        /// The library says no; its last words say why.
        case refused
        case contradictory
    }

    private init(_ handle: OpaquePointer?) throws(Failure) {
        guard let handle else { throw .refused }
        self.handle = handle
    }

    deinit { sotto_image_release(handle) }

    /// The head of a file; its pixels come as they are asked for, from top to bottom.
    convenience init(
        file: MappedFile, format: UInt8, shrink: Int = 1, scale: Double = 1, frameCount: Int = 1
    ) throws(Failure) {
        try self.init(
            sotto_image_open(file.start, file.byteCount, Int32(format), Int32(shrink), scale, Int32(frameCount)))
    }

    static func black(_ width: Int, _ height: Int, bands: Int) throws(Failure) -> Image {
        try Image(sotto_image_black(Int32(width), Int32(height), Int32(bands)))
    }

    var width: Int { Int(sotto_image_width(handle)) }
    var height: Int { Int(sotto_image_height(handle)) }
    /// Of one frame, where several stand one above the other.
    var frameHeight: Int { Int(sotto_image_page_height(handle)) }

    /// Milliseconds that each of the first frames is shown.
    func delays(_ count: Int) -> [Int32] { (0..<Int32(count)).map { max(0, sotto_image_delay(handle, $0)) } }
    var loop: Int32 { max(0, sotto_image_loop(handle)) }

    func inMemory() throws(Failure) -> Image { try Image(sotto_image_in_memory(handle)) }

    /// Exactly `width` by `height`.
    func resized(_ width: Int, _ height: Int) throws(Failure) -> Image {
        guard self.width != width || self.height != height else { return self }
        return try Image(
            sotto_image_resized(
                handle, Double(width) / Double(self.width), Double(height) / Double(self.height)))
    }

    func inSRGB() throws(Failure) -> Image { try Image(sotto_image_srgb(handle)) }

    func upright(_ orientation: Int) throws(Failure) -> Image {
        guard orientation != 1 else { return self }
        return try Image(sotto_image_upright(handle, Int32(orientation)))
    }

    func cropped(top: Int, height: Int) throws(Failure) -> Image {
        try Image(sotto_image_cropped(handle, 0, Int32(top), Int32(width), Int32(height)))
    }

    func onWhite() throws(Failure) -> Image { try Image(sotto_image_on_white(handle)) }

    static func stacked(_ frames: [Image], delays: [Int32], loop: Int32) throws(Failure) -> Image {
        var handles: [OpaquePointer?] = frames.map(\.handle)
        defer { withExtendedLifetime(frames) {} }
        return try Image(sotto_image_stacked(&handles, Int32(frames.count), delays, loop))
    }

    func webp(quality: Int, effort: Int = 4) throws(Failure) -> [UInt8] {
        try bytes { sotto_image_webp(handle, Int32(quality), Int32(effort), $0, $1) }
    }

    func jpeg(quality: Int) throws(Failure) -> [UInt8] {
        try bytes { sotto_image_jpeg(handle, Int32(quality), $0, $1) }
    }

    func png() throws(Failure) -> [UInt8] { try bytes { sotto_image_png(handle, $0, $1) } }

    func gif() throws(Failure) -> [UInt8] { try bytes { sotto_image_gif(handle, $0, $1) } }

    func rgba() throws(Failure) -> [UInt8] { try bytes { sotto_image_rgba(handle, $0, $1) } }

    private func bytes(
        _ write: (UnsafeMutablePointer<UnsafeMutableRawPointer?>, UnsafeMutablePointer<Int>) -> Int32
    ) throws(Failure) -> [UInt8] {
        var start: UnsafeMutableRawPointer?
        var count = 0
        guard write(&start, &count) == 0, let start else { throw .refused }
        defer { sotto_bytes_release(start) }
        return Array(UnsafeRawBufferPointer(start: start, count: count))
    }
}
