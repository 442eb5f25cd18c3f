#!/usr/bin/env python3
"""Thumbnails of pictures made here, by the sandboxed worker and by other programs, in one run.

    Scripts/bench-media.py BUILD-FOLDER [--count N]

Others are measured where they are installed: vipsthumbnail, ImageMagick (convert), ffmpeg, Pillow. Needs Pillow to make
the pictures. CPU is user and system time; for programs it includes their start, as whoever runs one for each image
pays it. Prints a table in Markdown.
"""

import json
import os
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import time

from PIL import Image

build = sys.argv[1] if len(sys.argv) > 1 else ".build/release"
count = int(sys.argv[sys.argv.index("--count") + 1]) if "--count" in sys.argv else 60
SIDE = 320


def photograph(width, height):
    """Noise at several scales, smooth where it is large: costs a codec about what a photograph does."""
    dice = random.Random(1)
    picture = None
    for cells, weight in [(5, 0.5), (23, 0.4), (150, 0.3), (800, 0.2)]:
        rows = max(2, cells * height // width)
        layer = Image.frombytes("RGB", (cells, rows), dice.randbytes(cells * rows * 3)).resize((width, height))
        picture = layer if picture is None else Image.blend(picture, layer, weight)
    return picture


def children():
    use = resource.getrusage(resource.RUSAGE_CHILDREN)
    return use.ru_utime + use.ru_stime


def program(command, times=10):
    """CPU and wall milliseconds of one run, or None when there is no such program."""
    if shutil.which(command[0]) is None:
        return None
    subprocess.run(command, check=True, capture_output=True)
    cpu, wall = children(), time.monotonic()
    for _ in range(times):
        subprocess.run(command, check=True, capture_output=True)
    return (children() - cpu) / times * 1000, (time.monotonic() - wall) / times * 1000


def pillow(path, out, times=10):
    """In this process, without any sandbox."""
    def once():
        with Image.open(path) as image:
            image.draft("RGB", (SIDE * 2, SIDE * 2))
            image.thumbnail((SIDE, SIDE), Image.LANCZOS)
            image.save(out, "WEBP", quality=75)
    once()
    cpu, wall = time.process_time(), time.monotonic()
    for _ in range(times):
        once()
    return (time.process_time() - cpu) / times * 1000, (time.monotonic() - wall) / times * 1000


def sotto(path, times):
    words = [f"{build}/sotto-bench", "media", "--file", path, "--size", str(SIDE), "--count", str(times), "--json"]
    return json.loads(subprocess.run(words, check=True, capture_output=True).stdout)


def cell(figures):
    return "–" if figures is None else f"{figures[0]:.0f} ({figures[1]:.0f})"


def main():
    with tempfile.TemporaryDirectory() as folder:
        picture = photograph(4000, 3000)
        files = {}
        for name, options in [("12 MP JPEG", {"quality": 90}), ("12 MP progressive JPEG", {"quality": 90,
                              "progressive": True}), ("12 MP WebP", {"quality": 85}), ("12 MP PNG", {})]:
            kind = name.split()[-1].lower()
            files[name] = f"{folder}/{name.replace(' ', '-')}.{kind}"
            picture.save(files[name], "JPEG" if kind == "jpeg" else kind.upper(), **options)
        if shutil.which("vips"):
            for name, compression in [("12 MP HEIC", "hevc"), ("12 MP AVIF", "av1")]:
                files[name] = f"{folder}/{compression}.{name[-4:].lower()}"
                subprocess.run(["vips", "heifsave", files["12 MP JPEG"], files[name], "--compression", compression,
                                "--speed", "9"], check=True, capture_output=True)
        dot = f"{folder}/dot.png"
        Image.new("RGB", (1, 1)).save(dot)
        out = f"{folder}/out.webp"
        load = os.getloadavg()[0]
        print(f"{os.cpu_count()} processors, load {load:.1f}; CPU (wall) in ms an image, {SIDE} px WebP\n")
        print("| | worker CPU | wall | worker memory | vipsthumbnail | ImageMagick | ffmpeg | Pillow |")
        print("|---|---|---|---|---|---|---|---|")
        for name, path in files.items():
            slow = name[-4:] in ("HEIC", "AVIF")
            own = sotto(path, 5 if slow else count)
            others = [None] * 4
            if not slow:
                others = [
                    program(["vipsthumbnail", path, "--size", str(SIDE), "-o", out + "[Q=75]"]),
                    program(["convert", "-define", f"jpeg:size={SIDE * 2}x{SIDE * 2}", path, "-thumbnail",
                             f"{SIDE}x{SIDE}", "-quality", "75", out]),
                    program(["ffmpeg", "-v", "error", "-y", "-i", path, "-vf", f"scale={SIDE}:-1",
                             "-quality", "75", out]),
                    pillow(path, out),
                ]
            print(f"| {name} | {own['workerCPU']:.1f} | {own['wall']:.1f} | {own['peak']:.0f} MB | "
                  + " | ".join(map(cell, others)) + " |")
        own = sotto(dot, 300)
        print(f"\nOne pixel, all that is not decoding: {own['wall']:.2f} ms by the clock, of which the worker "
              f"{own['workerCPU']:.2f} and the process that asks {own['ownCPU']:.2f} ms CPU.")
        print(f"Killed, started anew and one pixel: {own['respawn']:.0f} ms.")


main()
