"""A sottod on a folder of its own, and people who speak with it, for the tools beside this file."""

import base64
import functools
import hashlib
import http.client
import importlib.util
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@functools.cache
def free(program):
    """Arguments under which nothing is held up by limits that are for strangers: all that this program has."""
    told = subprocess.run([program, "--help"], capture_output=True, text=True, check=True).stdout
    limits = sorted(set(re.findall(r"--limit-[a-z-]+", told)))
    return [f"{limit}={10**12}/{10**12}" for limit in limits] + ["--media-account-bytes=1000000000000"]


def fast_folder():
    """A new folder, in memory where there is such a place: thousands of stores are made and thrown away in it."""
    shared = "/dev/shm"
    usable = os.path.isdir(shared) and os.access(shared, os.W_OK)
    return tempfile.mkdtemp(prefix="sotto-faults-", dir=shared if usable else None)


def end_tidily():
    """SIGTERM leaves on the way of an error, which ends servers and removes folders; workers inherit this."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))


def alone(program, folder):
    """The program by itself, without the media worker beside it: open media are then ready as they come."""
    copy = f"{folder}/sottod"
    if not os.path.exists(copy):
        shutil.copy2(program, copy)
    return copy


class NotStarted(Exception):
    pass


class Server:
    """A sottod that keeps its port when it is started again."""

    def __init__(self, program, data, arguments=(), environment=None, is_patient=True):
        self.program, self.data, self.arguments = program, data, list(arguments)
        self.environment = environment or {}
        self.port = self.admin = 0
        self.is_up = threading.Event()
        self.process = None
        self.log = f"{data}.log"
        self.seconds_max = 30 if is_patient else 10

    def start(self):
        command = [
            self.program, "--data", self.data, "--listen", f"127.0.0.1:{self.port}", "--admin",
            f"127.0.0.1:{self.admin}", "--log-form", "json", *free(self.program), *self.arguments,
        ]
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                command, stdout=subprocess.PIPE, stderr=log, env={**os.environ, **self.environment})
        timer = threading.Timer(self.seconds_max, self.process.kill)
        timer.start()
        for line in self.process.stdout:
            words = line.decode().split()
            if words[:1] == ["clients"]:
                self.port = int(words[1].rsplit(":", 1)[1])
            if words[:1] == ["admin"]:
                self.admin = int(words[1].rsplit(":", 1)[1])
            if b"nothing accepted is lost" in line:
                break
        else:
            timer.cancel()
            self.process.wait()
            self.process.stdout.close()
            raise NotStarted(self.said()[-500:])
        timer.cancel()
        self.is_up.set()
        return self

    def said(self):
        return Path(self.log).read_text(errors="replace") if os.path.exists(self.log) else ""

    def kill(self):
        self.end(signal.SIGKILL)

    def stop(self):
        """As an operator does; gives the exit status."""
        return self.end(signal.SIGTERM)

    def end(self, number):
        self.is_up.clear()
        if self.process is None:
            return None
        self.process.send_signal(number)
        status = self.process.wait()
        self.process.stdout.close()
        self.process = None
        return status


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    @property
    def json(self):
        return json.loads(self.body) if self.body else None


class Wire:
    """One connection that is kept; each thread has its own."""

    def __init__(self, port):
        self.port, self.connection = port, None

    def ask(self, method, path, body=None, token=None, headers=None, timeout=20):
        fields = dict(headers or {})
        if token:
            fields["Authorization"] = f"Bearer {token}"
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body).encode()
            fields.setdefault("Content-Type", "application/json")
        # A connection that ended while it lay idle is no failure of the request; any other failure is the caller's.
        for is_again in (False, True):
            is_fresh = self.connection is None
            if is_fresh:
                self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
            try:
                self.connection.request(method, path, body, fields)
                answer = self.connection.getresponse()
                return Answer(answer.status, answer.headers, answer.read())
            except (OSError, http.client.HTTPException) as error:
                self.close()
                if is_fresh or is_again or isinstance(error, socket.timeout) or method not in ("GET", "HEAD"):
                    raise ConnectionError(str(error)) from error

    def close(self):
        if self.connection:
            self.connection.close()
        self.connection = None


def example():
    """The client of docs/protocol/examples, whose signatures and key bundles are used here."""
    path = ROOT / "docs/protocol/examples/client.py"
    spec = importlib.util.spec_from_file_location("example_client", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def example_on(wire):
    """The same, over a connection that is kept."""
    module = example()

    def call(method, path, body=None, token=None, headers=None):
        answer = wire.ask(method, path, body, token, headers)
        if answer.status >= 400:
            raise module.Refused(answer.json)
        return answer.json

    module.call = call
    return module


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def now():
    return time.clock_gettime_ns(time.CLOCK_MONOTONIC)


def metadata(**pairs):
    return ",".join(f"{key} {base64.b64encode(str(value).encode()).decode()}" for key, value in pairs.items())


TUS = {"Tus-Resumable": "1.0.0"}
OFFSETS = {**TUS, "Content-Type": "application/offset+octet-stream"}
