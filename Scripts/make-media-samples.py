#!/usr/bin/env python3
"""Writes fixtures/media: one small picture in every format and shape that is decoded.

    Scripts/make-media-samples.py fixtures/media

Four quarters, red and green above blue and white, so that a turn shows. Needs Pillow, and `vips` for HEIC and AVIF;
what they write differs from version to version, so the results are kept and not made anew by a test.
"""

import os
import struct
import subprocess
import sys
import zlib

from PIL import Image, ImageCms

folder = sys.argv[1]
CANARY = "CANARY-51.5007N-0.1246W"
picture = Image.new("RGB", (96, 64), (255, 0, 0))
picture.paste((0, 255, 0), (48, 0, 96, 32))
picture.paste((0, 0, 255), (0, 32, 48, 64))
picture.paste((255, 255, 255), (48, 32, 96, 64))


def exif(orientation):
    fields = Image.Exif()
    fields[0x0112] = orientation
    fields[0x010F] = CANARY
    fields.get_ifd(0x8825)[0x001D] = "2026:01:01"
    fields.get_ifd(0x8825)[0x001B] = CANARY.encode()
    return fields


def save(name, image=picture, **options):
    image.save(f"{folder}/{name}", **options)


profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
for orientation in range(1, 9):
    save(f"orientation-{orientation}.jpg", quality=90, subsampling=0, exif=exif(orientation))
save("baseline.jpg", quality=90, icc_profile=profile, comment=CANARY)
save("progressive.jpg", quality=90, progressive=True)
save("grey.jpg", picture.convert("L"), quality=90)
save("cmyk.jpg", picture.convert("CMYK"), quality=90)
save("rgb.png", exif=exif(1), icc_profile=profile)
save("palette.png", picture.convert("P"))
save("grey.png", picture.convert("L"))


def interlaced(image):
    """Adam7, which Pillow does not write."""
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    width, height = image.size
    steps = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]
    rows = b"".join(b"\0" + b"".join(bytes(image.getpixel((x, y))) for x in range(left, width, across))
                    for left, top, across, down in steps for y in range(top, height, down))
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 1)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


with open(f"{folder}/interlaced.png", "wb") as file:
    file.write(interlaced(picture))
clear = picture.convert("RGBA")
clear.paste((0, 0, 0, 0), (48, 32, 96, 64))
save("alpha.png", clear)
save("lossy.webp", quality=90, exif=exif(6), icc_profile=profile)
save("lossless.webp", clear, lossless=True)
save("alpha.webp", clear, quality=90)
frames = [picture.rotate(90 * n).resize((96, 64)) for n in range(4)]
save("animated.gif", frames[0], save_all=True, append_images=frames[1:], duration=80, loop=0, comment=CANARY)
save("animated.webp", frames[0], save_all=True, append_images=frames[1:], duration=80, loop=0)
save("still.gif")
for name, compression in [("still.avif", "av1"), ("still.heic", "hevc")]:
    subprocess.run(["vips", "heifsave", f"{folder}/rgb.png", f"{folder}/{name}", "--compression", compression, "--Q",
                    "80"], check=True)


# HEIC in tiles, as phones write it and `vips` does not: four of them, and an item that puts them together.


def boxes(data, start, end):
    while start < end:
        size, kind = struct.unpack(">I4s", data[start:start + 8])
        yield kind, start + 8, start + size
        start += size


def find(data, *path):
    start, end = 0, len(data)
    for kind in path:
        start, end = next((a, b) for k, a, b in boxes(data, start, end) if k == kind)
        if kind == b"meta":
            start += 4
    return start, end


def box(kind, data):
    return struct.pack(">I4s", len(data) + 8, kind) + data


def full(kind, data, version=0):
    return box(kind, bytes([version, 0, 0, 0]) + data)


def tile(colour):
    """The decoder's configuration, the size property and the coded picture of 64 by 64 pixels of one colour."""
    Image.new("RGB", (64, 64), colour).save(f"{folder}/tile.png")
    command = ["vips", "heifsave", f"{folder}/tile.png", f"{folder}/tile.heic", "--compression", "hevc"]
    subprocess.run(command, check=True)
    data = open(f"{folder}/tile.heic", "rb").read()
    os.remove(f"{folder}/tile.png")
    os.remove(f"{folder}/tile.heic")
    properties = {k: data[a - 8:b] for k, a, b in boxes(data, *find(data, b"meta", b"iprp", b"ipco"))}
    # Where its first item stands: a base, a count of one, an offset from the base and a length.
    start = find(data, b"meta", b"iloc")[0]
    place = start + (12 if data[start] == 0 else 14)
    base, _, offset, length = struct.unpack(">IHII", data[place:place + 14])
    return properties[b"hvcC"], properties[b"ispe"], data[base + offset:base + offset + length]


def grid(tiles, side):
    count = len(tiles)
    last = count + 1
    layout = struct.pack(">BBBBHH", 0, 0, 1, 1, side, side)
    infos = b"".join(full(b"infe", struct.pack(">HH", n, 0) + (b"grid" if n == last else b"hvc1") + b"\0", 2)
                     for n in range(1, last + 1))
    properties = b"".join(t[0] for t in tiles) + tiles[0][1] + full(b"ispe", struct.pack(">II", side, side))
    owners = struct.pack(">I", last) + b"".join(struct.pack(">HBBB", n, 2, 0x80 | n, last) for n in range(1, last))
    owners += struct.pack(">HBB", last, 1, last + 1)
    references = box(b"dimg", struct.pack(">HH", last, count) + struct.pack(f">{count}H", *range(1, last)))
    parts = [t[2] for t in tiles] + [layout]

    def meta(offset):
        places = struct.pack(">BBH", 0x44, 0, last)
        for number, data in enumerate(parts, 1):
            places += struct.pack(">HHHHII", number, 0, 0, 1, offset, len(data))
            offset += len(data)
        return full(b"meta", full(b"hdlr", bytes(4) + b"pict" + bytes(13)) + full(b"pitm", struct.pack(">H", last)) +
                    full(b"iloc", places, 1) + full(b"iinf", struct.pack(">H", last) + infos) +
                    box(b"iprp", box(b"ipco", properties) + full(b"ipma", owners)) + full(b"iref", references))

    head = box(b"ftyp", b"heic" + bytes(4) + b"heicmif1")
    return head + meta(len(head) + len(meta(0)) + 8) + box(b"mdat", b"".join(parts))


with open(f"{folder}/grid.heic", "wb") as file:
    file.write(grid([tile(c) for c in [(255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255)]], 128))
