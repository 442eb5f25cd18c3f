#!/usr/bin/env python3
"""Speaks to a `sotto-bench echo` server with the independent client of the `websockets` package.

usage: check-websocket.py PORT
"""
import asyncio
import os
import sys

import websockets

SIZES = [0, 1, 125, 126, 127, 65535, 65536, 1 << 20, 16 << 20]


async def echoes(url):
    async with websockets.connect(url, max_size=None, compression=None) as socket:
        for size in SIZES:
            sent = os.urandom(size)
            await socket.send(sent)
            assert await socket.recv() == sent, f"{size} bytes"
        text = "".join(chr(c) for c in range(1, 0x11000, 7) if not 0xD800 <= c <= 0xDFFF)
        await socket.send(text)
        assert await socket.recv() == text, "text"
        await socket.send(["frag", "men", "ted"])
        assert await socket.recv() == "fragmented", "fragments"
        await (await socket.ping(b"are you there"))
    assert socket.close_code == 1000, socket.close_code


async def refuses_compression(url):
    async with websockets.connect(url) as socket:
        assert not socket.protocol.extensions, "an extension was agreed to"


async def refuses_too_long(url):
    async with websockets.connect(url, max_size=None, compression=None) as socket:
        try:
            await socket.send(bytes((16 << 20) + 1))
            await socket.recv()
            raise AssertionError("a message above the limit came back")
        except websockets.ConnectionClosed:
            assert socket.close_code == 1009, socket.close_code


async def many(url):
    async def one(index):
        async with websockets.connect(url, compression=None) as socket:
            for round_ in range(20):
                await socket.send(f"{index} {round_}")
            for round_ in range(20):
                assert await socket.recv() == f"{index} {round_}", "order"

    await asyncio.gather(*(one(index) for index in range(100)))


async def main():
    url = f"ws://127.0.0.1:{int(sys.argv[1])}/"
    for check in (echoes, refuses_compression, refuses_too_long, many):
        await asyncio.wait_for(check(url), 60)
        print("ok", check.__name__.replace("_", " "))


asyncio.run(main())
