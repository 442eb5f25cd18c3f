#!/usr/bin/env python3
"""Uploads to a real sottod with clients of tus that are not ours: tuspy and tus.py, from PyPI.

    Scripts/check-uploads.py [--program .build/debug/sottod] [--cuts 60] [--seed N]

Each cut ends an upload's connection, or the whole server, after a random number of bytes; tuspy then finishes it, and
what is downloaded must have the SHA-256 of what was meant. `make check-uploads` installs what this needs in a venv.
"""

import argparse
import hashlib
import importlib.util
import io
import random
import signal
import socket
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

import requests
import tus
from tusclient.client import TusClient

ROOT = Path(__file__).resolve().parent.parent
LIMITS = [
    "--limit-requests", "1000000000/1000000000", "--limit-upload-bytes", "1000000000000/1000000000",
    "--media-account-bytes", "1000000000000",
]


class Server:
    """A sottod on a folder of its own, which keeps its port when it is started again."""

    def __init__(self, program, folder):
        self.program, self.folder, self.port = program, folder, 0
        self.start()

    def start(self):
        command = [
            self.program, "--data", f"{self.folder}/data", "--listen", f"127.0.0.1:{self.port}",
            "--admin", "127.0.0.1:0", *LIMITS,
        ]
        log = open(f"{self.folder}/log", "ab")
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True)
        for line in self.process.stdout:
            if line.strip().startswith("clients"):
                self.port = int(line.rsplit(":", 1)[1])
            if "nothing accepted is lost" in line:
                return
        sys.exit(f"sottod did not start: {Path(self.folder, 'log').read_text()}")

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    @property
    def address(self):
        return f"http://127.0.0.1:{self.port}"


def example_client(server):
    """The client of docs/protocol/examples, to register with."""
    path = ROOT / "docs/protocol/examples/client.py"
    spec = importlib.util.spec_from_file_location("example_client", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.SERVER = server.address
    return module


class Check:
    def __init__(self, server, seed):
        self.server = server
        self.random = random.Random(seed)
        self.example = example_client(server)
        self.account = self.example.Account("uploader")
        self.account.register()

    @property
    def headers(self):
        return {"Authorization": f"Bearer {self.account.token}"}

    def file(self, low, high):
        return self.random.randbytes(self.random.randint(low, high))

    def client(self):
        return TusClient(f"{self.server.address}/v1/media/uploads", headers=self.headers)

    def uploader(self, data, url=None, **more):
        metadata = {"class": "sealed", "sha256": hashlib.sha256(data).hexdigest()}
        return self.client().uploader(
            file_stream=io.BytesIO(data), metadata=metadata, url=url, retries=20, retry_delay=0.05, **more)

    def create(self, data):
        """An upload without its bytes: where to append, and the id it will have."""
        pairs = {"class": "sealed", "sha256": hashlib.sha256(data).hexdigest()}
        encoded = ",".join(f"{key} {self.example.base64.b64encode(value.encode()).decode()}"
                           for key, value in pairs.items())
        answer = requests.post(f"{self.server.address}/v1/media/uploads", headers={
            **self.headers, "Tus-Resumable": "1.0.0", "Upload-Length": str(len(data)), "Upload-Metadata": encoded})
        assert answer.status_code == 201, answer.text
        return answer.headers["Location"], answer.headers["Sotto-Media"]

    def assert_stored(self, media, data, what):
        answer = requests.get(f"{self.server.address}/v1/media/{media}", headers=self.headers)
        assert answer.status_code == 200, (what, answer.status_code, answer.text[:300])
        assert hashlib.sha256(answer.content).digest() == hashlib.sha256(data).digest(), what

    # What the clients do by themselves

    def tuspy(self):
        for chunk, checksum in [(100_000, False), (65_536, True), (10**9, True)]:
            data = self.file(300_000, 900_000)
            location, media = self.create(data)
            uploader = self.uploader(data, self.server.address + location, chunk_size=chunk, upload_checksum=checksum)
            uploader.upload()
            self.assert_stored(media, data, f"tuspy, chunks of {chunk}")
        # A creation of its own, left in the middle and taken up by another.
        data = self.file(300_000, 900_000)
        uploader = self.uploader(data, chunk_size=70_000, upload_checksum=True)
        uploader.upload_chunk()
        uploader.upload_chunk()
        other = self.uploader(data, uploader.url, chunk_size=70_000)
        assert other.offset == 140_000, other.offset
        other.upload()
        print("tuspy: chunks, checksums and resumption")

    def tus_py(self):
        body = {"kind": "channel", "mode": "open", "name": "town", "members": []}
        town = self.example.call("POST", "/v1/conversations", body, self.account.token)["conversation"]
        data = self.file(300_000, 900_000)
        stream = io.BytesIO(data)
        tus.upload(
            stream, f"{self.server.address}/v1/media/uploads", chunk_size=64_000, file_name="notes.txt",
            headers=self.headers, metadata={"class": "open", "conversation": town})
        usage = requests.get(f"{self.server.address}/v1/media/usage", headers=self.headers).json()
        assert usage["byteCount"] >= len(data), usage
        # Created by one, resumed by the other.
        location, media = self.create(data)
        url = self.server.address + location
        requests.patch(url, data=data[:200_000], headers={
            "Tus-Resumable": "1.0.0", "Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"})
        tus.resume(io.BytesIO(data), url, chunk_size=64_000)
        self.assert_stored(media, data, "tus.py, resumed")
        print("tus.py: upload and resumption")

    # Cuts

    def cut(self, number):
        data = self.file(1, 400_000)
        location, media = self.create(data)
        acknowledged = 0
        if self.random.random() < 0.5:
            part = data[:self.random.randint(0, len(data) - 1)]
            answer = requests.patch(self.server.address + location, data=part, headers={
                "Tus-Resumable": "1.0.0", "Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"})
            assert answer.status_code == 204, answer.text
            acknowledged = len(part)
        sent = self.send_part(location, data, acknowledged)
        if number % 20 == 0:
            self.server.kill()
            self.server.start()
            self.account.refresh()
        head = requests.head(self.server.address + location, headers={"Tus-Resumable": "1.0.0"})
        offset = int(head.headers["Upload-Offset"])
        assert acknowledged <= offset <= acknowledged + sent, (number, acknowledged, offset, sent)
        uploader = self.uploader(data, self.server.address + location, chunk_size=10**9)
        if uploader.offset < len(data):
            uploader.upload()
        self.assert_stored(media, data, f"cut {number}")

    def send_part(self, location, data, start):
        """A request that ends after some bytes, at times in its head; gives how many of the body went."""
        head = (
            f"PATCH {location} HTTP/1.1\r\nHost: x\r\nTus-Resumable: 1.0.0\r\nUpload-Offset: {start}\r\n"
            f"Content-Type: application/offset+octet-stream\r\nContent-Length: {len(data) - start}\r\n\r\n"
        ).encode()
        body = data[start:]
        whole = head + body
        point = self.random.choice([
            self.random.randint(1, len(whole)), len(head) + self.random.randint(0, min(len(body), 70_000)),
            len(whole) - self.random.randint(0, min(3, len(body))),
        ])
        with socket.create_connection(("127.0.0.1", self.server.port)) as connection:
            connection.sendall(whole[:point])
            if self.random.random() < 0.5:
                # Cut by a reset rather than an end.
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        return max(0, point - len(head))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--program", default=str(ROOT / ".build/debug/sottod"))
    parser.add_argument("--cuts", type=int, default=60)
    parser.add_argument("--seed", type=int, default=random.randrange(2**32))
    arguments = parser.parse_args()
    print(f"seed {arguments.seed}")
    with tempfile.TemporaryDirectory() as folder:
        server = Server(arguments.program, folder)
        try:
            check = Check(server, arguments.seed)
            check.tuspy()
            check.tus_py()
            for number in range(1, arguments.cuts + 1):
                check.cut(number)
            print(f"{arguments.cuts} cuts, each of them made good to the exact SHA-256")
        finally:
            server.kill()


if __name__ == "__main__":
    main()
