#!/usr/bin/env python3
"""Looks for bearer tokens in the memory of a sottod after their logout.

    Scripts/faults/residue.py [--program .build/release/sottod] [--requests 1000] [--logins 8] [--most N]

Devices log in, use their tokens over HTTP and on a socket (each of the three ways that a socket takes one), and log
out. Others make further requests. Then the memory of the process is searched for every token that has ended, as text,
as its 32 bytes, and for half of either. It is read from /proc/PID/mem, which only root may do, since the process
forbids it to all others. A token in the head of a request that does not come to its end is searched for as well: it has
to be there, and where it was not found the search would prove nothing.
"""

import argparse
import base64
import collections
import re
import secrets
import shutil
import socket
import struct
import sys

from house import Server, Wire, alone, b64, end_tidily, example_on, fast_folder, unb64


def upgrade(port, fields):
    """An open socket, or what came in its place."""
    peer = socket.create_connection(("127.0.0.1", port), timeout=20)
    key = base64.b64encode(secrets.token_bytes(16)).decode()
    lines = ["GET /v1/ws HTTP/1.1", f"Host: 127.0.0.1:{port}", "Connection: Upgrade", "Upgrade: websocket",
             "Sec-WebSocket-Version: 13", f"Sec-WebSocket-Key: {key}", *fields]
    peer.sendall("\r\n".join(lines).encode() + b"\r\n\r\n")
    return peer


def frame(text):
    """A masked text frame (RFC 6455, section 5.2) of less than 126 bytes."""
    data, mask = text.encode(), secrets.token_bytes(4)
    assert len(data) < 126
    return struct.pack("BB", 0x81, 0x80 | len(data)) + mask + bytes(x ^ mask[i % 4] for i, x in enumerate(data))


def listen(port, token, way):
    """Uses the token on a socket until the server has said hello."""
    form = "Sec-WebSocket-Protocol: sotto.v1+json"
    fields = {"header": [form, f"Authorization: Bearer {token}"], "subprotocol": [f"{form}, bearer.{token}"],
              "frame": [form]}[way]
    peer = upgrade(port, fields)
    if way == "frame":
        peer.sendall(frame('{"t":"auth","token":"%s"}' % token))
    told = b""
    while b'"hello"' not in told:
        more = peer.recv(65536)
        if not more:
            raise SystemExit(f"the socket ended before hello: {told[:300]}")
        told += more
    peer.sendall(frame('{"t":"ping","stamp":1}'))
    while b'"pong"' not in told:
        told += peer.recv(65536)
    return peer


def areas(pid):
    """Every readable part of its memory: where it begins, its name and its bytes."""
    with open(f"/proc/{pid}/maps") as maps, open(f"/proc/{pid}/mem", "rb", buffering=0) as memory:
        for line in maps:
            start, end, rights, name = re.match(r"(\w+)-(\w+) (\S+) \S+ \S+ \S+\s*(.*)", line).groups()
            if "r" not in rights or name.startswith("[v"):
                continue
            try:
                memory.seek(int(start, 16))
                yield int(start, 16), name or "anonymous", memory.read(int(end, 16) - int(start, 16))
            except OSError:
                pass  # a guard page, or memory that was given back meanwhile


def parts(token):
    """What is looked for of a token: all of it first, then what is left where half of it was written over."""
    text, raw = token.encode(), unb64(token)
    wholes = [("text", text), ("raw", raw)]
    halves = [("half of text", text[:21]), ("half of text", text[-21:]), ("half of raw", raw[:16]),
              ("half of raw", raw[16:])]
    return wholes, halves


def every(data, wanted):
    at = data.find(wanted)
    while at >= 0:
        yield at
        at = data.find(wanted, at + 1)


def places(pid, tokens):
    """What is found: its kind, the area, the address, and the bytes around it."""
    found = []
    for start, name, data in areas(pid):
        for token in tokens:
            wholes, halves = parts(token)
            inside = set()
            for kind, wanted in wholes:
                for at in every(data, wanted):
                    inside.update(range(at, at + len(wanted)))
                    found.append((kind, name, start + at, data[max(0, at - 96):at + 96]))
            for kind, wanted in halves:
                found += [(kind, name, start + at, data[max(0, at - 96):at + 96])
                          for at in every(data, wanted) if at not in inside]
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--program", default=".build/release/sottod")
    parser.add_argument("--requests", type=int, default=1_000)
    parser.add_argument("--logins", type=int, default=8)
    parser.add_argument("--most", type=int, default=0, help="finds that are taken for passed")
    parser.add_argument("--show", action="store_true", help="print what stands around each find")
    arguments = parser.parse_args()
    end_tidily()
    folder = fast_folder()
    server = Server(alone(arguments.program, folder), f"{folder}/data")
    try:
        server.start()
        wire = Wire(server.port)
        example = example_on(wire)
        shard = wire.ask("GET", "/.well-known/sotto").json["shard"]
        ended = []
        for number in range(arguments.logins):
            person = example.Account(f"gone-{number}", shard)
            person.register()
            ended += [person.token, person.refresh_token]
            pair = example.call("POST", "/v1/auth/token", {"refreshToken": person.refresh_token})
            ended += [pair["accessToken"], pair["refreshToken"]]
            token = pair["accessToken"]
            for path in ("/v1/devices", "/v1/messages", "/v1/keys"):
                assert wire.ask("GET", path, token=token).status == 200
            made = wire.ask("POST", "/v1/conversations", {"kind": "group", "members": []}, token,
                            {"Idempotency-Key": "residue"})
            assert made.status == 201, made.body
            peers = [listen(server.port, token, way) for way in ("header", "subprotocol", "frame")]
            assert wire.ask("DELETE", "/v1/auth/token", token=token).status == 204
            assert wire.ask("GET", "/v1/devices", token=token).status == 401
            for peer in peers:
                peer.close()
        wire.close()
        wire = Wire(server.port)
        other = example_on(wire)
        stays = other.Account("stays", shard)
        stays.register()
        stays_here = listen(server.port, stays.token, "header")
        for number in range(arguments.requests):
            path = ("/v1/devices", "/v1/messages", "/v1/conversations", "/v1/time")[number % 4]
            assert wire.ask("GET", path, token=stays.token).status == 200
        # The kernel lets this process read that one, or says that it takes root.
        pid = server.process.pid
        planted = b64(secrets.token_bytes(32))
        unfinished = socket.create_connection(("127.0.0.1", server.port), timeout=20)
        unfinished.sendall(f"GET /v1/time HTTP/1.1\r\nAuthorization: Bearer {planted}\r\n".encode())
        wire.ask("GET", "/v1/time", token=stays.token)
        control, in_use = places(pid, [planted]), places(pid, [stays.token, stays.refresh_token])
        found = places(pid, ended)
        stays_here.close()
        unfinished.close()
        tally = collections.Counter((kind, "heap" if name in ("[heap]", "anonymous") else name)
                                    for kind, name, *_ in found)
        print(f"{len(ended)} tokens that have ended, {arguments.requests} requests later: {len(found)} finds")
        for (kind, name), count in sorted(tally.items()):
            print(f"  {count:>6}  {kind}, {name}")
        print(f"  {len(in_use):>6}  of two tokens in use")
        print(f"  {len(control):>6}  of the one in an unfinished request, which shows that the search finds")
        if arguments.show:
            for kind, name, place, around, *_ in found:
                print(f"{kind} at {place:#x} in {name}: {around!r}")
        if not control:
            raise SystemExit("what was planted was not found: the search proves nothing")
        sys.exit(1 if len(found) > arguments.most else 0)
    finally:
        server.kill()
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
