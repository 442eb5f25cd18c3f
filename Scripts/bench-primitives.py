#!/usr/bin/env python3
"""Measures our primitives, then ML-KEM of OpenSSL behind Python's `cryptography`, in one run.

    bench-primitives.py PROGRAM

PROGRAM is `crypto-bench`, whose rows are printed as a table. OpenSSL keeps a key's matrix once it has read the key, and
we make it for each use, so OpenSSL is timed with a key at hand and with one that is read from its bytes first.
"""
import subprocess
import sys
import time

from cryptography.hazmat.backends.openssl import backend
from cryptography.hazmat.primitives.asymmetric import mlkem


def micros(action, count=300, rounds=9):
    best = float("inf")
    for _ in range(rounds):
        start = time.thread_time()
        for _ in range(count):
            action()
        best = min(best, (time.thread_time() - start) / count)
    return best * 1e6


def openssl(private, public):
    """What we measure, as (name, with a key at hand, with a key that is read first)."""
    key = private.generate()
    seed, peer = key.private_bytes_raw(), key.public_key()
    encoded = peer.public_bytes_raw()
    _, ciphertext = peer.encapsulate()
    made = micros(lambda: private.from_seed_bytes(seed))
    yield "key pair", made, made
    yield ("encapsulation", micros(peer.encapsulate),
           micros(lambda: public.from_public_bytes(encoded).encapsulate()))
    yield ("decapsulation", micros(lambda: key.decapsulate(ciphertext)),
           micros(lambda: private.from_seed_bytes(seed).decapsulate(ciphertext)))


def main():
    rows = [line.split(" | ") for line in subprocess.check_output([sys.argv[1]], text=True).splitlines()]
    print("| primitive | ours | bare call, or a second | ratio |\n|---|---|---|---|")
    for row in rows:
        print("| " + " | ".join(row) + " |")
    ours = {row[0]: float(row[1].split()[0]) for row in rows}
    print(f"\n| ours beside {backend.openssl_version_text()} | ours | key at hand | ratio | key read first | ratio |")
    print("|---|---|---|---|---|---|")
    for name, kinds in (("ML-KEM-768", (mlkem.MLKEM768PrivateKey, mlkem.MLKEM768PublicKey)),
                        ("ML-KEM-1024", (mlkem.MLKEM1024PrivateKey, mlkem.MLKEM1024PublicKey))):
        for operation, at_hand, read in openssl(*kinds):
            own = ours[f"{name} {operation}"]
            print(f"| {name} {operation} | {own:.1f} µs | {at_hand:.1f} µs | {own / at_hand:.2f} "
                  f"| {read:.1f} µs | {own / read:.2f} |")


main()
