/// One box of an ISO base media file (ISO 14496-12, 4.2): four bytes of size, four of type, then what it holds.
struct Box {
    let type: FourCC
    /// Where its content begins, and where it ends.
    let body: Int
    let end: Int

    /// Bytes of content.
    var count: Int { end - body }

    /// The box at `offset`, inside of something that ends at `limit`. A size of 1 means that eight more bytes hold it,
    /// 0 that it goes to the end.
    static func read(_ reader: inout ProbeReader, at offset: Int, limit: Int) throws(MediaRefusal) -> Box {
        guard limit - offset >= 8 else { throw .truncated }
        var size = try reader.big(offset, 4)
        var head = 8
        if size == 1 {
            guard try reader.byte(offset + 8) == 0 else { throw .malformed(.box) }
            size = try reader.big(offset + 9, 7)
            head = 16
        } else if size == 0 {
            size = limit - offset
        }
        guard size >= head else { throw .malformed(.box) }
        guard size <= limit - offset else { throw .truncated }
        return Box(type: try reader.tag(offset + 4), body: offset + head, end: offset + size)
    }

    /// Calls `visit` for each box between `start` and `end`.
    /// - Parameter budget: how many boxes may still be read in this file.
    static func walk(
        _ reader: inout ProbeReader, from start: Int, to end: Int, budget: inout Int,
        _ visit: (inout ProbeReader, Box, inout Int) throws(MediaRefusal) -> Void
    ) throws(MediaRefusal) {
        var offset = start
        while offset < end {
            budget -= 1
            guard budget > 0 else { throw .tooLarge(.chunks) }
            let box = try read(&reader, at: offset, limit: end)
            try visit(&reader, box, &budget)
            offset = box.end
        }
    }
}
