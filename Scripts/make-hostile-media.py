#!/usr/bin/env python3
"""Writes a folder of images that were made to hurt whoever decodes them, and a few good ones.

    Scripts/make-hostile-media.py FOLDER

Always the same bytes. Needs nothing but the standard library. Each name says what the file is; what must become of it
stands in `expected.txt`: a name, then `done`, `refused` or `either`.
"""

import os
import random
import struct
import sys
import zlib

folder = sys.argv[1] if len(sys.argv) == 2 else sys.exit(__doc__)
os.makedirs(folder, exist_ok=True)
expected = {}


def write(name, data, outcome="refused"):
    with open(os.path.join(folder, name), "wb") as file:
        file.write(data)
    expected[name] = outcome


# PNG


def chunk(kind, data, length=None):
    return struct.pack(">I", len(data) if length is None else length) + kind + data + struct.pack(
        ">I", zlib.crc32(kind + data))


def header(width, height, depth=8, colour=2, interlace=0):
    return chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, interlace))


SIGNATURE = b"\x89PNG\r\n\x1a\n"
END = chunk(b"IEND", b"")


def zeros(count, level=9):
    """`count` zeros, deflated piece by piece."""
    packer = zlib.compressobj(level)
    block = bytes(1 << 20)
    parts = []
    while count > 0:
        parts.append(packer.compress(block[: min(count, len(block))]))
        count -= len(block)
    return b"".join(parts) + packer.flush()


def rows(width, height, channels=3):
    """A picture of slow gradients."""
    lines = []
    for y in range(height):
        line = bytearray([0])
        for x in range(width):
            line += bytes([x * 255 // width, y * 255 // height, (x + y) % 256, 255][:channels])
        lines.append(bytes(line))
    return zlib.compress(b"".join(lines))


def png(width=64, height=48, data=None, before=b"", after=b"", **head):
    return SIGNATURE + header(width, height, **head) + before + chunk(
        b"IDAT", rows(width, height) if data is None else data) + after + END


def pngs():
    write("good.png", png(), "done")
    write("png-lies-100000x100000.png", png(100_000, 100_000, zeros(1 << 16)))
    write("png-lies-two-billion.png", png(0x7FFFFFFF, 0x7FFFFFFF, zeros(1 << 10)))
    write("png-lies-negative.png", png(0xFFFFFFFF, 10, zeros(1 << 10)))
    write("png-lies-more-than-data.png", png(8000, 8000, zeros(1 << 16)))
    write("png-zero-width.png", png(0, 48, zeros(100)))
    write("png-zero-height.png", png(64, 0, zeros(100)))
    write("png-bomb-99-megapixels-grey.png", png(11000, 9000, zeros(11001 * 9000), colour=0), "either")
    write("png-bomb-99-megapixels-rgb.png", png(11000, 9000, zeros(33001 * 9000)), "either")
    write("png-bomb-99-megapixels-deep.png", png(11000, 9000, zeros(1 << 20), depth=16, colour=6))
    write("png-bomb-one-bit.png", png(9990, 9990, zeros(1250 * 9990), depth=1, colour=0), "either")
    write("png-interlaced-giant.png", png(9000, 9000, zeros(1 << 20), interlace=1))
    write("png-interlaced-39-megapixels.png", png(6500, 6000, zeros(6501 * 6000 + 12000), colour=0, interlace=1),
          "either")
    write("png-ztxt-bomb.png", png(before=chunk(b"zTXt", b"Comment\0\0" + zeros(256 << 20))), "either")
    write("png-itxt-bomb.png", png(before=chunk(b"iTXt", b"XML:com.adobe.xmp\0\1\0\0\0" + zeros(256 << 20))), "either")
    write("png-iccp-bomb.png", png(before=chunk(b"iCCP", b"icc\0\0" + zeros(256 << 20))), "either")
    write("png-idat-bomb-behind-a-small-image.png", png(data=zeros(512 << 20)), "either")
    write("png-many-chunks.png", png(before=chunk(b"tEXt", b"a\0b") * 70_000))
    write("png-huge-text.png", png(before=chunk(b"tEXt", b"a\0" + bytes(5 << 20))))
    write("png-chunk-length-beyond-the-end.png", SIGNATURE + header(64, 48) + chunk(b"IDAT", rows(64, 48), 0x7FFFFFF0))
    write("png-chunk-length-negative.png", SIGNATURE + header(64, 48) + chunk(b"tEXt", b"", 0xFFFFFFFF) + END)
    write("png-no-data.png", SIGNATURE + header(64, 48) + END)
    write("png-palette-missing.png", png(64, 48, zeros(65 * 48), colour=3))
    write("png-two-heads.png", png(before=header(60_000, 60_000)))
    write("png-bad-checksum.png", png()[:-20] + b"\0" * 4 + png()[-16:])
    frame = chunk(b"fcTL", struct.pack(">IIIIIHHBB", 0, 64, 48, 0, 0, 1, 100, 0, 0))
    write("apng-claims-a-billion-frames.png", png(before=chunk(b"acTL", struct.pack(">II", 10**9, 0)) + frame))
    write("apng-frame-flood.png",
          png(before=chunk(b"acTL", struct.pack(">II", 4000, 0)) + frame, after=frame * 60_000), "either")
    write("png-and-html.png", png(before=chunk(b"tEXt", b"Comment\0<script>alert(1)</script>")) +
          b"<html><script>alert(1)</script></html>", "done")
    write("png-and-zip-gifar.png", png() + b"PK\x05\x06" + bytes(18), "done")
    exif = b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x63\0\0\0\0\0\0\0"
    write("png-orientation-99.png", png(before=chunk(b"eXIf", exif)), "done")
    write("png-exif-offset-beyond.png", png(before=chunk(b"eXIf", b"MM\0*\xff\xff\xff\xff")), "done")


# JPEG


def segment(marker, data):
    return bytes([0xFF, marker]) + struct.pack(">H", len(data) + 2) + data


QUANT = segment(0xDB, b"\0" + bytes([16] * 64))
# One code each: DC category 0 and AC end of block, so that a block of nothing is two bits.
HUFFMAN = segment(0xC4, b"\0" + bytes([1] + [0] * 15) + b"\0") + segment(0xC4, b"\x10" + bytes([1] + [0] * 15) + b"\0")


def frame_head(marker, width, height, components=1, sampling=0x11):
    body = struct.pack(">BHHB", 8, height, width, components)
    for number in range(1, components + 1):
        body += bytes([number, sampling if number == 1 else 0x11, 0])
    return segment(marker, body)


def scan_head(components=1, first=0, last=63, approximation=0):
    body = bytes([components]) + b"".join(bytes([n, 0]) for n in range(1, components + 1))
    return segment(0xDA, body + bytes([first, last, approximation]))


def jpeg(width=64, height=48, before=b"", data=None, components=1, after=b""):
    blocks = ((width + 7) // 8) * ((height + 7) // 8) * components
    packed = bytes((blocks * 2 + 7) // 8) if data is None else data
    return (b"\xFF\xD8" + before + QUANT + frame_head(0xC0, width, height, components) + HUFFMAN +
            scan_head(components) + packed + b"\xFF\xD9" + after)


def progressive(width, height, scans):
    body = b"\xFF\xD8" + QUANT + frame_head(0xC2, width, height) + HUFFMAN
    blocks = ((width + 7) // 8) * ((height + 7) // 8)
    return body + scan_head(1, 0, 0) + bytes((blocks + 7) // 8) + scans + b"\xFF\xD9"


def jpegs():
    write("good.jpg", jpeg(), "done")
    write("jpeg-lies-65535x65535.jpg", jpeg(65535, 65535, data=bytes(1 << 12)))
    write("jpeg-lies-10000x9999.jpg", jpeg(10000, 9999, data=bytes(1 << 8)), "either")
    write("jpeg-bomb-99-megapixels.jpg", jpeg(11000, 9000), "either")
    write("jpeg-bomb-99-megapixels-colour.jpg", jpeg(11000, 9000, components=3), "either")
    write("jpeg-zero-width.jpg", jpeg(0, 48, data=b"\0"))
    write("jpeg-zero-height.jpg", jpeg(64, 0, data=b"\0"))
    write("jpeg-progressive-giant.jpg", progressive(9000, 9000, b""))
    write("jpeg-progressive-39-megapixels.jpg", progressive(6500, 6000, b""), "either")
    write("jpeg-4000-scans.jpg", progressive(4000, 4000, (scan_head(1, 1, 63) + b"\0") * 4000))
    write("jpeg-64-scans-of-39-megapixels.jpg", progressive(6500, 6000, (scan_head(1, 1, 63) + b"\0") * 63))
    write("jpeg-30-scans-of-16-megapixels.jpg", progressive(4000, 4000, (scan_head(1, 1, 63) + b"\0") * 29), "either")
    write("jpeg-arithmetic.jpg", b"\xFF\xD8" + QUANT + frame_head(0xC9, 64, 48) + scan_head() + b"\0" + b"\xFF\xD9")
    write("jpeg-lossless.jpg", b"\xFF\xD8" + frame_head(0xC3, 64, 48) + scan_head() + b"\0" + b"\xFF\xD9")
    write("jpeg-no-scan.jpg", b"\xFF\xD8" + QUANT + frame_head(0xC0, 64, 48) + b"\xFF\xD9")
    write("jpeg-two-frames.jpg", b"\xFF\xD8" + QUANT + frame_head(0xC0, 64, 48) + frame_head(0xC0, 60000, 60000) +
          HUFFMAN + scan_head() + bytes(12) + b"\xFF\xD9")
    write("jpeg-segment-length-zero.jpg", b"\xFF\xD8\xFF\xE0\0\0" + jpeg()[2:])
    write("jpeg-segment-flood.jpg", jpeg(before=segment(0xFE, b"") * 70_000))
    write("jpeg-fill-byte-flood.jpg", b"\xFF\xD8" + b"\xFF" * (1 << 20) + jpeg()[2:])
    exif = b"Exif\0\0MM\0*\0\0\0\x08\xff\xff" + b"\x01\x12\x00\x04\x00\x00\x00\x01\x00\x00\x00\x06" * 5000
    write("jpeg-huge-exif.jpg", jpeg(before=segment(0xE1, exif[:65000])), "done")
    write("jpeg-many-exif.jpg", jpeg(before=segment(0xE1, exif[:65000]) * 100), "either")
    loop = b"Exif\0\0II*\0\x08\0\0\0\x01\0\x69\x87\x04\0\x01\0\0\0\x08\0\0\0\x08\0\0\0"
    write("jpeg-exif-that-points-at-itself.jpg", jpeg(before=segment(0xE1, loop)), "done")
    write("jpeg-profile-flood.jpg", jpeg(before=segment(0xE2, b"ICC_PROFILE\0\1\1" + bytes(65000)) * 80))
    write("pdf-and-jpeg.jpg", b"%PDF-1.4\n%" + jpeg())
    pdf = b"\n%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n"
    write("jpeg-and-pdf.jpg", jpeg(after=pdf), "done")
    write("jpeg-and-html.jpg", jpeg(before=segment(0xFE, b"<script>alert(1)</script>")), "done")


# GIF


def gif_head(width, height, version=b"GIF89a"):
    return version + struct.pack("<HHBBB", width, height, 0x80, 0, 0) + b"\0\0\0\xff\xff\xff"


def gif_frame(width, height, left=0, top=0, code=2, data=b"\x02\x4c\x01\0"):
    return b"\x2C" + struct.pack("<HHHHB", left, top, width, height, 0) + bytes([code]) + data


def lzw_clear(pixels):
    """Every pixel black, in codes of three bits with a clear before every second one."""
    bits, count = 0, 0
    out = bytearray()
    for code in [4, 0, 0] * ((pixels + 1) // 2) + [5]:
        bits |= code << count
        count += 3
        while count >= 8:
            out.append(bits & 255)
            bits >>= 8
            count -= 8
    out.append(bits & 255)
    blocks = b"".join(bytes([len(out[i:i + 255])]) + bytes(out[i:i + 255]) for i in range(0, len(out), 255))
    return blocks + b"\0"


def gifs():
    small = gif_head(8, 8) + gif_frame(8, 8, data=lzw_clear(64)) + b"\x3B"
    write("good.gif", small, "done")
    write("gif-lies-65535x65535.gif", gif_head(65535, 65535) + gif_frame(8, 8, data=lzw_clear(64)) + b"\x3B")
    write("gif-lies-6000x6000.gif", gif_head(6000, 6000) + gif_frame(8, 8, data=lzw_clear(64)) + b"\x3B")
    write("gif-large-canvas-tiny-frame.gif", gif_head(5400, 5370) + gif_frame(8, 8, data=lzw_clear(64)) + b"\x3B",
          "either")
    write("gif-animation-with-a-preview.gif",
          gif_head(3400, 3400) + gif_frame(8, 8, data=lzw_clear(64)) * 3 + b"\x3B", "either")
    write("gif-zero.gif", gif_head(0, 0) + gif_frame(8, 8, data=lzw_clear(64)) + b"\x3B")
    write("gif-frame-outside.gif", gif_head(8, 8) + gif_frame(60000, 60000, 100, 100) + b"\x3B")
    write("gif-frame-flood.gif", gif_head(8, 8) + gif_frame(8, 8, data=lzw_clear(64)) * 50_000 + b"\x3B")
    write("gif-4000-frames-on-a-large-canvas.gif",
          gif_head(4000, 4000) + gif_frame(8, 8, data=lzw_clear(64)) * 4000 + b"\x3B", "either")
    write("gif-extension-flood.gif", gif_head(8, 8) + b"\x21\xFE\0" * 70_000 + gif_frame(8, 8) + b"\x3B")
    write("gif-endless-comment.gif", gif_head(8, 8) + b"\x21\xFE" + (b"\xFF" + bytes(255)) * 40_000)
    write("gif-code-size-255.gif", gif_head(8, 8) + gif_frame(8, 8, code=255) + b"\x3B")
    write("gif-no-frame.gif", gif_head(8, 8) + b"\x3B")
    write("gif-and-javascript.gif", small + b"*/=1;alert(1)", "done")
    write("gif-and-jar.gif", small + b"PK\x03\x04" + bytes(26) + b"PK\x05\x06" + bytes(18), "done")


# WebP


def riff(body, length=None):
    return b"RIFF" + struct.pack("<I", len(body) + 4 if length is None else length) + b"WEBP" + body


def part(kind, data, length=None):
    return kind + struct.pack("<I", len(data) if length is None else length) + data + b"\0" * (len(data) & 1)


def u24(number):
    return struct.pack("<I", number)[:3]


def lossless(width, height):
    """One colour: no transforms, no cache, five codes of one symbol each."""
    bits, count = 0, 0
    for value, size in [(0x2F, 8), (width - 1, 14), (height - 1, 14), (0, 1), (0, 3), (0, 1), (0, 1), (0, 1)] + [
            (1, 1), (0, 1), (1, 1), (200, 8)] + [(1, 1), (0, 1), (0, 1), (1, 1)] * 4:
        bits |= value << count
        count += size
    return bits.to_bytes((count + 7) // 8 + 4, "little")


def canvas(width, height, flags):
    return part(b"VP8X", bytes([flags, 0, 0, 0]) + u24(width - 1) + u24(height - 1))


def anmf(width, height, left=0, top=0, inner=None):
    stream = part(b"VP8L", lossless(width, height)) if inner is None else inner
    return part(b"ANMF", u24(left // 2) + u24(top // 2) + u24(width - 1) + u24(height - 1) + u24(10) + b"\0" + stream)


ANIM = part(b"ANIM", bytes(6))


def webps():
    write("good.webp", riff(part(b"VP8L", lossless(64, 48))), "done")
    write("webp-bomb-16383x16383.webp", riff(part(b"VP8L", lossless(16383, 16383))))
    write("webp-bomb-29-megapixels.webp", riff(part(b"VP8L", lossless(5400, 5370))), "either")
    lossy = b"\x10\0\0\x9d\x01\x2a" + struct.pack("<HH", 16383, 16383) + bytes(100)
    write("webp-lossy-lies-16383x16383.webp", riff(part(b"VP8 ", lossy)))
    lossy = b"\x10\0\0\x9d\x01\x2a" + struct.pack("<HH", 6000, 6000) + bytes(100)
    write("webp-lossy-lies-6000x6000.webp", riff(part(b"VP8 ", lossy)), "either")
    write("webp-lossy-zero.webp", riff(part(b"VP8 ", b"\x10\0\0\x9d\x01\x2a" + bytes(100))))
    write("webp-canvas-lies.webp", riff(canvas(16384, 16384, 0) + part(b"VP8L", lossless(64, 48))))
    write("webp-canvas-huge.webp", riff(canvas(1 << 24, 1 << 24, 2) + ANIM + anmf(8, 8)))
    write("webp-frame-flood.webp", riff(canvas(8, 8, 2) + ANIM + anmf(8, 8) * 20_000))
    write("webp-large-animation.webp", riff(canvas(4400, 4400, 2) + ANIM + anmf(4400, 4400) * 100), "either")
    write("webp-animation-with-a-preview.webp", riff(canvas(3400, 3400, 2) + ANIM + anmf(3400, 3400) * 3), "either")
    write("webp-frame-outside.webp", riff(canvas(8, 8, 2) + ANIM + anmf(16000, 16000)))
    inner = riff(part(b"VP8L", lossless(64, 48)))
    write("webp-nested.webp", riff(canvas(64, 48, 2) + ANIM + anmf(64, 48, inner=inner)))
    write("webp-nested-frames.webp", riff(canvas(64, 48, 2) + ANIM + anmf(64, 48, inner=anmf(64, 48) * 20)))
    write("webp-riff-length-beyond.webp", riff(part(b"VP8L", lossless(64, 48)), 0xFFFFFFFE))
    write("webp-chunk-length-beyond.webp", riff(part(b"VP8L", lossless(64, 48), 0xFFFFFFFF)))
    write("webp-chunk-flood.webp", riff(canvas(64, 48, 0) + part(b"JUNK", b"") * 70_000 + part(
        b"VP8L", lossless(64, 48))))
    write("webp-huge-metadata.webp", riff(canvas(64, 48, 8) + part(b"VP8L", lossless(64, 48)) + part(
        b"EXIF", bytes(5 << 20))))


# HEIF


def box(kind, data, size=None):
    return struct.pack(">I", len(data) + 8 if size is None else size) + kind + data


def full(kind, data, version=0, flags=0):
    return box(kind, struct.pack(">I", version << 24 | flags) + data)


def heif(width, height, kind=b"av01", tiles=0, brand=b"avif", extra=b""):
    infe = full(b"infe", struct.pack(">HH", 1, 0) + kind + b"\0", 2)
    items = full(b"iinf", struct.pack(">H", 1) + infe)
    owners = full(b"ipma", struct.pack(">IHBB", 1, 1, 1, 1))
    properties = box(b"iprp", box(b"ipco", full(b"ispe", struct.pack(">II", width, height))) + owners)
    references = full(b"iref", box(b"dimg", struct.pack(">HH", 1, tiles) + b"".join(
        struct.pack(">H", 2 + n) for n in range(tiles)))) if tiles else b""
    place = full(b"iloc", struct.pack(">BBHHHHII", 0x44, 0, 1, 1, 0, 1, 40, 64))
    meta = full(b"meta", full(b"hdlr", bytes(4) + b"pict" + bytes(13)) + full(b"pitm", struct.pack(">H", 1)) + items +
                properties + references + place + extra)
    return box(b"ftyp", brand + bytes(4) + brand + b"mif1") + meta + box(b"mdat", bytes(4096))


def heifs():
    write("heif-lies-giant.avif", heif(60_000, 60_000))
    write("heif-lies-four-billion.heic", heif(0xFFFFFFFF, 0xFFFFFFFF, b"hvc1", brand=b"heic"))
    write("heif-zero.avif", heif(0, 100))
    write("heif-nothing-inside.avif", heif(4000, 3000))
    write("heif-grid-of-60000-tiles.heic", heif(4000, 3000, b"grid", 60_000, b"heic"))
    write("heif-grid-of-itself.heic", heif(4000, 3000, b"grid", 48, b"heic"))
    write("heif-overlay.heic", heif(4000, 3000, b"iovl", 4, b"heic"))
    write("heif-box-size-negative.heic", box(b"ftyp", b"heic" + bytes(4) + b"heicmif1") + box(
        b"meta", bytes(64), 0xFFFFFFFF))
    write("heif-box-size-64-bit.heic", box(b"ftyp", b"heic" + bytes(4) + b"heicmif1") + struct.pack(
        ">I4sQ", 1, b"meta", 1 << 63) + bytes(64))
    write("heif-box-size-one.heic", box(b"ftyp", b"heic" + bytes(4) + b"heicmif1") + box(b"meta", bytes(64), 7))
    deep = b""
    for _ in range(2000):
        deep = full(b"meta", deep)
    write("heif-nested-boxes.heic", box(b"ftyp", b"heic" + bytes(4) + b"heicmif1") + deep)
    write("heif-box-flood.heic", box(b"ftyp", b"heic" + bytes(4) + b"heicmif1") + box(b"free", b"") * 20_000)
    write("heif-property-flood.heic", heif(100, 100, extra=box(b"iprp", box(b"ipco", full(
        b"ispe", struct.pack(">II", 8, 8)) * 20_000))))
    links = full(b"ipma", struct.pack(">I", 4096) + (struct.pack(">HB", 1, 255) + b"\1" * 255) * 4096)
    write("heif-link-flood.heic", heif(100, 100, extra=box(b"iprp", links * 8)))
    owners = full(b"ipma", struct.pack(">I", 4096) + struct.pack(">HB", 1, 0) * 4096)
    write("heif-owner-flood.heic", heif(100, 100, extra=box(b"iprp", owners * 100)))
    far = full(b"ipma", struct.pack(">IHBH", 1, 1, 1, 0x7FFF), flags=1)
    write("heif-property-far-away.heic", heif(100, 100, extra=box(b"iprp", far)))


# What is not on the list


def disguises():
    svg = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script><image href="file:///etc/passwd"/></svg>'
    write("svg-as.png", svg)
    write("svg-bomb-as.jpg", b'<?xml version="1.0"?><!DOCTYPE s [' + b"".join(
        b'<!ENTITY e%d "%s">' % (n, b"&e%d;" % (n - 1) * 10) for n in range(1, 10)) + b"]>" + svg)
    write("pdf-as.jpg", b"%PDF-1.7\n" + bytes(100))
    write("eps-as.png", b"%!PS-Adobe-3.0 EPSF-3.0\n(/etc/passwd) (r) file\n")
    write("ppm-as.png", b"P6 100000 100000 255\n" + bytes(100))
    write("exr-as.png", b"\x76\x2f\x31\x01" + bytes(100))
    write("tiff-as.jpg", b"II*\0\x08\0\0\0" + bytes(100))
    write("bmp-as.gif", b"BM" + struct.pack("<IIIIiiHH", 100, 0, 54, 40, 2**31 - 1, 2**31 - 1, 1, 24) + bytes(100))
    write("ico-as.png", b"\0\0\1\0\1\0" + bytes(100))
    write("psd-as.jpg", b"8BPS\0\1" + bytes(100))
    write("jxl-as.png", b"\xff\x0a" + bytes(100))
    write("mvg-as.png", b"push graphic-context\nviewbox 0 0 640 480\nfill 'url(https://127.0.0.1/x|ls)'\n")
    write("html-as.gif", b"<html><script>alert(1)</script></html>")
    write("gzip-as.png", b"\x1f\x8b" + bytes(100))
    write("m3u8-as.gif", b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n")
    write("empty.png", b"")
    write("one-byte.jpg", b"\xff")
    write("head-only.jpg", b"\xff\xd8\xff\xe0" + bytes(8))
    write("head-only.gif", b"GIF89a" + bytes(6))
    write("head-only.webp", b"RIFF\4\0\0\0WEBP")


def broken():
    """Every good file cut in the middle, and with one bit in a hundred turned."""
    dice = random.Random(2013)
    for name in ["good.png", "good.jpg", "good.gif", "good.webp"]:
        with open(os.path.join(folder, name), "rb") as file:
            data = file.read()
        write("cut-" + name, data[: len(data) * 2 // 3], "either")
        for number in range(5):
            turned = bytearray(data)
            for _ in range(max(1, len(data) // 100)):
                turned[dice.randrange(12, len(data))] ^= 1 << dice.randrange(8)
            write(f"turned-{number}-{name}", bytes(turned), "either")


pngs()
jpegs()
gifs()
webps()
heifs()
disguises()
broken()
with open(os.path.join(folder, "expected.txt"), "w", encoding="ascii") as file:
    for name in sorted(expected):
        file.write(f"{name} {expected[name]}\n")
print(f"{len(expected)} files in {folder}")
